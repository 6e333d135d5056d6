"""The IAB's Transparency and Consent Framework, version 2.3: its string, and the list of vendors it speaks of."""

from consentkit.signals.tcf.text import TcString, format_tc, parse_tc
from consentkit.signals.tcf.vendor_list import VendorList, load_vendor_list, parse_vendor_list

__all__ = ["TcString", "VendorList", "format_tc", "load_vendor_list", "parse_tc", "parse_vendor_list"]
