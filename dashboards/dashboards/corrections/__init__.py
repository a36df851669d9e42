"""送达更正 Corrections of what was signed for."""
