import argparse

from pyspark.sql import Row, SparkSession

from fill import fill

parser = argparse.ArgumentParser()
parser.add_argument("--readings")
parser.add_argument("--cleaned")
args = parser.parse_args()

spark = SparkSession.builder.appName("clean").getOrCreate()
readings = spark.read.csv(args.readings, header=True, inferSchema=True)


def filled(station):
    """The readings of a station, in a worker of Spark."""
    name, rows = station
    days = sorted(rows, key=lambda row: row.day)
    celsius = fill([row.celsius for row in days])
    return [Row(station=name, day=str(row.day), celsius=value) for row, value in zip(days, celsius)]


cleaned = readings.rdd.groupBy(lambda row: row.station).flatMap(filled).toDF()
cleaned.write.mode("overwrite").parquet(args.cleaned)
print(f"{cleaned.count()} readings cleaned by Spark {spark.version} on {spark.sparkContext.master}")
