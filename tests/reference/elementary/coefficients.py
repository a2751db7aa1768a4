#!/usr/bin/env python3
"""Prints the constants of the lane functions (include/isonomy/core/lanes): standard library only.

exp2: on |r| <= 1/32, 2^r - 1 = r q(r) with q of degree 5. q interpolates (2^r - 1) / r at the zeros of the Chebyshev
polynomial of degree 7 other than 0: the error of r q(r) is then within a hair of the least possible, 6.5e-18.
Table: the bits of 2^(i/16), correctly rounded, less i * 2^48.
"""
import struct
from decimal import Decimal, getcontext

getcontext().prec = 70
TWO = Decimal(2)
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")


def cosine(x):
    """By its power series."""
    term, total, n = Decimal(1), Decimal(1), 0
    while abs(term) > Decimal(10)**-65:
        n += 2
        term *= -x * x / (n * (n - 1))
        total += term
    return total


def solve(rows):
    """Gauss with pivoting; each row ends with its right-hand side."""
    n = len(rows)
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(n):
            if r != i:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    return [rows[i][n] / rows[i][i] for i in range(n)]


def main():
    width = Decimal(1) / 32
    zeros = [width * cosine(PI * (2 * k + 1) / 14) for k in range(7) if k != 3]
    q = solve([[x**j for j in range(6)] + [(TWO**x - 1) / x] for x in zeros])
    for j, c in enumerate(q):
        print(f"q[{j}] = {float(c)!r} = {float(c).hex()}")
    worst = max(abs(TWO**x - 1 - x * sum(Decimal(float(c)) * x**j for j, c in enumerate(q)))
                for x in (width * (2 * i + 1) / 400 for i in range(-200, 200)))
    print(f"largest error of r q(r) with rounded coefficients: {worst:.2e}")
    for i in range(16):
        bits = struct.unpack("<Q", struct.pack("<d", float(TWO**(Decimal(i) / 16))))[0]
        print(f"table[{i}] = {(bits - (i << 48)) % 2**64:#018x}")


if __name__ == "__main__":
    main()
