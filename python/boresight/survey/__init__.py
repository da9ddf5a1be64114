"""The survey: every adapter's rows, checked and identified on the libraries that are installed here, as a table."""
