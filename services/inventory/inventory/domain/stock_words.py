"""How the warehouse says no about stock: what is wrong, where, and what to do."""

from runtime.decision import Rejected


def unknown_sku(sku: str) -> Rejected:
    """No bin card for this product."""
    return Rejected(
        "unknown_sku",
        "D6",
        f"仓库没有 {sku} 的存卡。请核对型号",
        f"The warehouse has no bin card for {sku}. Check the sku",
        {"sku": sku},
    )


def unknown_bin(depot: str, bin_: str) -> Rejected:
    """No such bin."""
    return Rejected(
        "bad_bin",
        "D6",
        f"仓库 {depot} 没有货位 {bin_}。请核对货位标签",
        f"Warehouse {depot} has no bin {bin_}. Check the bin's label",
        {"depot": depot, "bin": bin_},
    )


def wrong_zone(bin_: str, *, pending: bool) -> Rejected:
    """Pending pieces lie apart (D2, D3)."""
    if pending:
        return Rejected(
            "wrong_zone",
            "D3",
            f"货位 {bin_} 不在待处理仓。待处理的货要分开放，请选待处理仓的货位",
            f"Bin {bin_} is not in the pending zone. Pending pieces lie apart; choose a bin of that zone",
            {"bin": bin_},
        )
    return Rejected(
        "wrong_zone",
        "D3",
        f"货位 {bin_} 在待处理仓，好货不能放。请选别的货位，或用「移待处理」",
        f"Bin {bin_} is in the pending zone; good pieces do not lie there. Choose another, or set the pieces aside",
        {"bin": bin_},
    )


def not_enough_in_bin(sku: str, bin_: str, there: int, wanted: int, *, held_for: str | None) -> Rejected:
    """Never below zero (D8), and what is held for one is not another's."""
    whose = f"为 {held_for} 留的" if held_for else "没有预留的"
    kept = f"kept for {held_for}" if held_for else "free"
    return Rejected(
        "not_enough_in_bin",
        "D8",
        f"{bin_ or '仓库'} 里{whose} {sku} 只有 {there} 件，不够 {wanted} 件。请核对货位和数量",
        f"{bin_ or 'The warehouse'} has {there} pieces of {sku} that are {kept}, not {wanted}. "
        "Check the bin and the quantity",
        {"sku": sku, "bin": bin_, "there": there, "wanted": wanted},
    )


def bad_pieces(quantity: int) -> Rejected:
    """No such number of pieces."""
    return Rejected(
        "bad_quantity",
        "D6",
        f"数量 {quantity} 不对，应是 1 到 999999（盘点调整不能是 0）",
        f"Quantity {quantity} is wrong; it must be 1 to 999999 (an adjustment must not be 0)",
        {"quantity": quantity},
    )


def same_bin(bin_: str) -> Rejected:
    """A move goes somewhere else."""
    return Rejected(
        "same_bin",
        "D6",
        f"货已经在货位 {bin_}。请选另一个货位",
        f"The pieces lie in bin {bin_} already. Choose another bin",
        {"bin": bin_},
    )
