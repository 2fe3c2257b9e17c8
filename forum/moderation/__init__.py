"""Making something less visible, never without a reason: statements, rules, restoring."""
