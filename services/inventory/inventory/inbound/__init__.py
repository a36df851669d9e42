"""入库单 Inbound slip: one file per topic; `aggregate` puts them together."""
