"""The part of the add-in that runs inside LibreOffice, on the standard library alone; the files go into the extension as they are."""
