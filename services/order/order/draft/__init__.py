"""待补合同 Draft (A13): a contract of a file that waits until all of its rows can be taken."""
