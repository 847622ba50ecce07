"""Fifty things that nobody should be able to say to a server without its staying calm."""

from __future__ import annotations

STRINGS: tuple[str, ...] = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    '"><b onmouseover=alert(1)>', "javascript:alert(1)", "<iframe src=javascript:alert(1)>",
    "</textarea><script>alert(1)</script>", "<a href='//evil.example'>x</a>", "{{ 7*7 }}",
    "{{constructor.constructor('alert(1)')()}}", "${7*7}", "<%= 7*7 %>", "{% print 7 %}", "#{7*7}", "[[7*7]]",
    "../../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "file:///etc/passwd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "~/.ssh/id_rsa", "C:\\boot.ini", "\\\\server\\share",
    "places/../../secret.toml", "....//....//etc/passwd", "'; DROP TABLE runs; --", "' OR '1'='1", "$(reboot)",
    "`reboot`", "; reboot", "| cat /etc/passwd", "__import__('os').system('x')",
    '=HYPERLINK("http://evil.example")', "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "=cmd|'/c calc'!A0", "a\x00b",
    "\x1b[2J", "\r\nSet-Cookie: x=1", "\u202etxt.exe", "\u200b\u200b", "\ufeff", "\ufffd", "A" * 5000, "[" * 2000,
    "{" * 2000, "9" * 400, "1e999", "NaN", "-0", "\u0663\u0664", "\U0001d7d9\U0001d7da", "é" * 300, "null",
    "undefined", "true",
)  # fmt: skip
