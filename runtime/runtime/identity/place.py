"""From where somebody signs in, as far as it is kept: what kind of browser, and the network without its last part."""

from ipaddress import IPv4Address, ip_address, ip_network

_BROWSERS = (
    ("MicroMessenger", "微信 WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The first that is found: each names those below it too."""
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """Such as `Chrome · Android`; a part that is not known is left out."""
    found = [next((name for sign, name in known if sign in user_agent), None) for known in (_BROWSERS, _SYSTEMS)]
    return " · ".join(one for one in found if one) or "?"


def masked(host: str) -> str:
    """203.0.113.* or 2001:db8:1::/48; nothing of what is no address."""
    try:
        address = ip_address(host)
    except ValueError:
        return "?"
    mapped = address if isinstance(address, IPv4Address) else address.ipv4_mapped
    if mapped is not None:
        return f"{str(mapped).rpartition('.')[0]}.*"
    return str(ip_network((address, 48), strict=False))
