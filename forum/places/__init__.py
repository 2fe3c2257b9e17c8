"""Where complaints belong: cities, projects (estates), categories."""
