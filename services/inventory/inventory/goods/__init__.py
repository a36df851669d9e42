"""货 Goods of a contract: one file per topic; `aggregate` puts them together."""
