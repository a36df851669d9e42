"""盘点 Count of stock: one file per topic; `aggregate` puts them together."""
