import sys

try:
    from localdev.cli import main

    main()
except KeyboardInterrupt:  # while still importing
    sys.exit(130)
