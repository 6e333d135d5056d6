"""A small website to try consentkit on: `consentkit demo`."""
