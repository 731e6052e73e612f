"""From raw Amazon Reviews to benchmark rows, by the rules that DPL-main and DPL-meta were published under, at any size.

Texts are spooled to disk; what the rules need to decide (who, what, when, which texts are equal) is kept in arrays.
"""
