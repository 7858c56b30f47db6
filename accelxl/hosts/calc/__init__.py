"""LibreOffice Calc: the add-in made from the registry, its installation, and the package's side of its calls."""
