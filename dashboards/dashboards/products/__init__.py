"""商品档案 Products: the list, one product with its history, and skus that nobody described (D15)."""
