"""One module a verb: ``arguments(parser)`` and ``run(arguments, session)``."""
