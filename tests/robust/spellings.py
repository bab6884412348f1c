# ruff: noqa: RUF001 - letters that look like others are what this table is about
"""Ways to write, or to reach by a name, an address that the doctor must not send a packet to."""


def words(text: str) -> list[str]:
    """The words of a table."""
    return text.split()


IPV4 = words("""
    127.0.0.1 127.0.0.2 127.1.1.1 127.0.53.53 127.255.255.254 127.255.255.255 169.254.169.254 169.254.169.253 169.254.170.2
    169.254.170.23 169.254.0.1 169.254.1.1 169.254.100.1 169.254.129.1 169.254.255.255 0.0.0.0 0.0.0.1 0.1.2.3 0.255.255.255
    224.0.0.1 224.0.0.251 239.255.255.250 240.0.0.1 250.1.2.3 255.255.255.255
""")
DECIMAL = words("""
    2130706433 2852039166 2852039165 2852039426 0 1 4294967295 2130706434 6425673729 7147006462 02130706433 2130706433.0
""")
OCTAL = words("""
    0177.0.0.1 0177.0.0.01 0177.0000.0000.0001 017700000001 0251.0376.0251.0376 0251.254.169.254 025177524776 00000177.0.0.1
    0o177.0.0.1 0177.1 0177.0.1 169.254.0251.254 127.0.0.01 127.000.000.001 169.254.169.0376 0127.0.0.1
""")
HEXADECIMAL = words("""
    0x7f.0.0.1 0x7f000001 0X7F000001 0x7f.1 0x7f.0x0.0x0.0x1 0x7F.0.0x1 0xa9fea9fe 0xA9FEA9FE 0xa9.0xfe.0xa9.0xfe
    0xa9.254.0xa9.254 0x0 0x00000000 0xffffffff 0x100000000 0x7f000001. 0x1000000007f000001
""")
SHORT = words(
    "127.1 127.0.1 127.65535 169.254.43518 169.16689662 169.254.0xa9fe 0.0 0.0.0 224.1 255.16777215 127.1. 127..1"
)
IPV6 = words("""
    ::1 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001 ::0001 0::1 :: 0:0:0:0:0:0:0:0 ::0 fe80::1 fe80::a9fe:a9fe
    febf::1 FE80::1 fec0::1 feff::1 ff02::1 ff01::1 ff05::1:3 ff0e::1 FF02::FB fd00:ec2::254 fd00:ec2::253 fd00:ec2::23
    FD00:0EC2:0:0:0:0:0:254 fd00:ec2:1::1
""")
CARRIED = words("""
    ::ffff:127.0.0.1 ::ffff:7f00:1 ::FFFF:7F00:0001 0:0:0:0:0:ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:a9fe:a9fe
    0000:0000:0000:0000:0000:ffff:a9fe:a9fe ::ffff:0.0.0.0 ::ffff:224.0.0.1 ::ffff:255.255.255.255 ::127.0.0.1 ::7f00:1
    ::169.254.169.254 ::a9fe:a9fe ::ffff:0:127.0.0.1 ::ffff:0:a9fe:a9fe 64:ff9b::127.0.0.1 64:ff9b::7f00:1
    64:ff9b::169.254.169.254 64:ff9b::a9fe:a9fe 64:ff9b:1::a9fe:a9fe 64:ff9b:1::7f00:1 2002:7f00:1:: 2002:a9fe:a9fe::1
    2002:e000:1:: 2001:0:7f00:1:: 2001:0:4136:e378:8000:63bf:5601:5601 2001:db8::5efe:7f00:1 2001:db8::200:5efe:a9fe:a9fe
    fe80::5efe:7f00:1
""")
ZONES = words("""
    fe80::1%eth0 fe80::1%1 fe80::1%lo fe80::1%25eth0 ::1%lo ::1%1 fe80::a9fe:a9fe%out ff02::1%lo ::ffff:127.0.0.1%1 fe80::1%
    127.0.0.1%lo
""")
BRACKETS = words("[::1] [::] [::ffff:127.0.0.1] [fe80::1%lo] [fd00:ec2::254] [127.0.0.1] [::1 ::1] [[::1]]")
DOTS = words("127.0.0.1. 169.254.169.254. 127.0.0.1.. .127.0.0.1 localhost. localhost.. ::1. 0.0.0.0.")
LETTERS = [
    *words("１２７.０.０.１ ①②⑦.⓪.⓪.① 𝟏𝟐𝟕.𝟎.𝟎.𝟏 ¹²⁷.0.0.1 ١٢٧.٠.٠.١ १२७.०.०.१ 127。0。0。1 127．0．0．1 127｡0｡0｡1"),
    *words(
        "169。254。169。254 １６９.２５４.１６９.２５４ ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ｌｏｃａｌｈｏｓｔ localhost。 ：：1 ::１ ℓocalhost"
    ),
    *("127.0.0.1\u00ad", "local\u200dhost", "127\u200b.0.0.1", "\u202e1.0.0.721", "127\u20240.0.1", "xn--127-0-0-1"),
]
LOCAL = words("""
    localhost LOCALHOST lOcAlHoSt localhost.localdomain ip6-localhost ip6-loopback app.localhost a.b.localhost. local
    broadcasthost metadata metadata.internal metadata.google.internal instance-data instance-data.ec2.internal
    127.0.0.1.nip.example 169-254-169-254.sslip.example loopback.example spoofed.example
""")
TRICKS = [
    *words(
        "user@127.0.0.1 user:word@127.0.0.1 example.com@169.254.169.254 127.0.0.1@example.com 127.0.0.1#@example.com"
    ),
    *words(
        "127.0.0.1#x 127.0.0.1?x 127.0.0.1/x 127.0.0.1/32 http://127.0.0.1/ https://[::1]/ //127.0.0.1 file://localhost"
    ),
    *words(
        "127.0.0.1:80 169.254.169.254:80 localhost:443 127.0.0.1%00.example.com %31%32%37.0.0.1 127%2e0%2e0%2e1 127.0.0.1%2f"
    ),
    *words(
        "example.com\\@127.0.0.1 127.0.0.1\\x 127.0.0.1,example.com 127.0.0.1;x (127.0.0.1) {127.0.0.1} 127.0.0.1&x ${x} *"
    ),
    *(
        "127.0.0.1\0.example.com",
        "127.0.0.1 example.com",
        "127.0.0.1\r\nHost: x",
        " 127.0.0.1",
        "127.0.0.1 ",
        "\t::1",
        "127.0.0.1\n",
    ),
    *("-127.0.0.1", "+127.0.0.1", "1e3", "127.0.0.1e0", "1_27.0.0.1", "NaN", "", "."),
]

FAMILIES = {
    "dotted": IPV4,
    "decimal": DECIMAL,
    "octal": OCTAL,
    "hexadecimal": HEXADECIMAL,
    "short": SHORT,
    "IPv6": IPV6,
    "IPv4 in IPv6": CARRIED,
    "zones": ZONES,
    "brackets": BRACKETS,
    "dots": DOTS,
    "other letters": LETTERS,
    "local names": LOCAL,
    "tricks": TRICKS,
}
SPELLINGS = list(dict.fromkeys(text for family in FAMILIES.values() for text in family))
# What a nameserver may answer: addresses in the one spelling that a record has.
ANSWERS = [text for text in (*IPV4, *IPV6, *CARRIED) if text.lower() == text]
