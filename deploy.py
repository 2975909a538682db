"""Deploy the apps of config.yaml: ``python deploy.py --help``."""

from deployer.cli import main

if __name__ == "__main__":
    main()
