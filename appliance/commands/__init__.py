"""The commands of `acct`, by what they are for; each imports what it uses, where it uses it."""
