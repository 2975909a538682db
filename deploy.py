"""Deploy the apps of config.yaml: ``python deploy.py --help``."""

import sys

if __name__ == "__main__":
    try:
        from deployer.cli import main

        main()
    except KeyboardInterrupt:  # before the command line is there to say so
        print("error: interrupted: running the same command again continues", file=sys.stderr)
        sys.exit(130)
