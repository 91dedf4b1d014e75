import argparse

import pyspark.pandas as ps

parser = argparse.ArgumentParser()
parser.add_argument("--cleaned")
parser.add_argument("--warmest")
args = parser.parse_args()

readings = ps.read_parquet(args.cleaned)
means = readings.groupby("station")["celsius"].mean().sort_values(ascending=False)
for station, celsius in means.to_dict().items():
    print(f"{station} {celsius:.2f}")
means.to_frame().to_csv(args.warmest, index_col="station", num_files=1)
