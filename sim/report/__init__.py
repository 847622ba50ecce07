"""What people read: tables on the screen, figures, sentences and the briefing."""
