"""People with telephones in real browsers: who speaks as which tone, and what each hears by spectrum."""
