import logging

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(processName)s %(threadName)s %(module)s %(message)s")
logging.info("from the script")
logging.getLogger("sklearn").warning("from a library")
