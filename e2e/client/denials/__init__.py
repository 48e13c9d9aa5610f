"""Every reason for a denial: how it comes about, what is typed, and the remedy that the terminal names, carried out."""
