"""存卡 Bin card: one file per topic; `aggregate` puts them together."""
