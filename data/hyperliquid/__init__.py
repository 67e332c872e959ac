"""Hyperliquid as it speaks: what it says, how often it may be asked, and how it is asked."""
