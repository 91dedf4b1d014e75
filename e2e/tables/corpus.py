"""MLTable files and the tables they give: one JSON line a case. Run with Azure's mltable and with ours."""

import json
import pathlib
import sys
import tempfile
import warnings

import mltable
import pandas as pd

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(tempfile.mkdtemp())

FILES = {
    "a.csv": 'a,b,d,t,e\n1,x,2020-01-01,true,\n2,,2020-01-02,false,q\n3,"z, z",2020-01-03 10:00:00,True,\n',
    "b.csv": "a,b,d,t,e\n4,y,2020-02-01,true,1\n5,w,2020-02-02,false,2\n",
    "c.csv": "b,a,f\nq,7,1.5\nr,8,2\n",
    "bits.csv": "a,b,c,d,e\n0,1,1,true,T\n1,1,2,1,F\n0,1,0,0,T\n",
    "blank.csv": "a,b\n1,2\n\n3,4\n",
    "bom.csv": "\ufeffa,b\n5,6\n",
    "cr.csv": "a,b\r\n5,6\r\n",
    "dates.csv": "d,e\n2020-01-02T03:04:05Z,01/02/2020\n2020-01-03T03:04:05Z,02/13/2020\n",
    "dates2.csv": "a,b,c,d,e\n2020-01-02,2020/01/02,02.01.2020,12:30,2020-01-02 03:04:05.123\n"
    "2020-02-03,2020/02/03,03.02.2020,12:31,2020-01-02 03:04:05.5\n",
    "dup.csv": "a,a\n1,2\n3,4\n",
    "late.csv": "n\n" + "1\n" * 300 + "x\n",
    "mixed.csv": "n\n1\n2\nx\n",
    "multi.csv": 'a,b\n1,"x\ny"\n2,z\n',
    "noh.csv": "1,2\n3,4\n",
    "nulls.csv": "a,b,c\n1,NA,null\n2,NaN,\n",
    "nums.csv": 'a,b,c,d,e,f,g\n1.,.5,+1,-2,1_000,"1,000",0x1\n2,1,2,3,2,2,3\n',
    "nums2.csv": "b,c,d,e\n1.5,nan,inf,20000000000000000000\n,1,1,1\n",
    "pct.csv": "a,b\n5%,$6\n",
    "quoted.csv": 'a,b\n"1","2"\n"3","x ""y"""\n',
    "ragged.csv": "a,b\n1,2,3\n4\n",
    "semi.txt": "a;b\n1;x\n2;y\n",
    "space.csv": "a, b\n1, x\n 2,y \n",
    "tab.tsv": "a\tb\n1\tx y\n2\tz\n",
    "trail.csv": "a,b,\n1,2,\n3,4,\n",
    "types.csv": "i,f,s,b,l,z\n1,1.0,007,yes,3000000000,1e3\n2,2.5,a,no,1,2\n",
    "part/Store=1/Brand=x/f.csv": "v\n1\n2\n",
    "part/Store=2/Brand=y/f.csv": "v\n3\n",
    "dir/1/x/f.csv": "v\n1\n2\n",
    "dir/2/y/g.csv": "v\n3\n",
    "flat.jsonl": '{"a":1,"b":"x"}\n{"a":2,"f":2.5}\n',
    "bad.jsonl": '{"a":1}\nnot json\n{"a":2}\n',
}
for name, text in FILES.items():
    (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
    (ROOT / name).write_bytes(text.encode())
(ROOT / "latin.csv").write_bytes("a,b\n1,é\n2,ü\n".encode("latin-1"))
pd.DataFrame({"p": [1, 2, 3], "q": ["a", "b", None]}).to_parquet(ROOT / "p.parquet")


def table(files, *steps, reader="read_delimited", **options):
    """An MLTable file as text, in the style that people write."""
    lines = ["type: mltable", "paths:", *[f"  - {file}" for file in files]]
    if reader is not None:
        lines += ["transformations:", f"  - {reader}:", *[f"      {key}: {json.dumps(options[key])}" for key in options]]
        if not options:
            lines[-1] = f"  - {reader}"
    elif steps:
        lines.append("transformations:")
    return "\n".join([*lines, *[f"  - {step}" for step in steps]]) + "\n"


A, B, C = "file: ./a.csv", "file: ./b.csv", "file: ./c.csv"
CASES = {
    "one file": table([A], delimiter=",", encoding="utf8", header="all_files_same_headers"),
    "two files": table([A, B]),
    "no options": table([A]),
    "header from the first file": table([A, B], header="from_first_file"),
    "different headers": table([A, C], header="all_files_different_headers"),
    "no header": table(["file: ./noh.csv"], header="no_header"),
    "empty as string": table([A], empty_as_string=True),
    "path column": table([C], include_path_column=True),
    "no types": table([A], infer_column_types=False),
    "tab": table(["file: ./tab.tsv"], delimiter="\t"),
    "semicolon": table(["file: ./semi.txt"], delimiter=";"),
    "lines in quotes": table(["file: ./multi.csv"], support_multi_line=True),
    "a quote over lines": table(["file: ./multi.csv"]),
    "latin-1": table(["file: ./latin.csv"], encoding="iso88591"),
    "folder": table(["folder: ./part"], include_path_column=True),
    "deep pattern": table(["pattern: ./part/**/*.csv"]),
    "pattern": table(["pattern: ./*.tsv"], delimiter="\t"),
    "keep a list": table([A], "keep_columns: [b, a]"),
    "keep one": table([A], "keep_columns: b"),
    "drop": table([A], 'drop_columns: ["b"]'),
    "drop what is not there": table([A], 'drop_columns: ["nope"]'),
    "take": table([A, B], "take: 4"),
    "skip": table([A, B], "skip: 2"),
    "skip and take": table([A, B], "skip: 2", "take: 2"),
    "sample of everything": table([A], "take_random_sample:\n      probability: 1.0\n      seed: 3"),
    "strings and integers": table(
        ["file: ./types.csv"],
        "convert_column_types:\n      - columns: i\n        column_type: string\n"
        "      - columns: [f, z]\n        column_type: int",
    ),
    "booleans": table(
        ["file: ./types.csv"],
        "convert_column_types:\n      - columns: b\n        column_type:\n          boolean:\n"
        "            true_values: ['yes']\n            false_values: ['no']\n            mismatch_as: error\n"
        "      - columns: l\n        column_type: float",
    ),
    "dates": table(
        ["file: ./dates.csv"],
        "convert_column_types:\n      - columns: e\n        column_type:\n          datetime:\n"
        "            formats: ['%m/%d/%Y']",
    ),
    "parquet": table(["file: ./p.parquet"], reader="read_parquet"),
    "parquet column": table(["file: ./p.parquet"], "keep_columns: q", reader="read_parquet"),
    "json lines": table(["file: ./flat.jsonl"], reader="read_json_lines", encoding="utf8", invalid_lines="error"),
    "json lines, bad ones dropped": table(
        ["file: ./bad.jsonl"], reader="read_json_lines", encoding="utf8", invalid_lines="drop"
    ),
    "json lines, bad ones refused": table(
        ["file: ./bad.jsonl"], reader="read_json_lines", encoding="utf8", invalid_lines="error"
    ),
    "flow style": 'paths: [{file: ./a.csv}]\ntransformations: [{read_delimited: {delimiter: ","}}, {skip: 1}]\n',
    "files only": table(["pattern: ./dir/**/*.csv"], reader=None),
    "columns of paths": table(
        ["pattern: ./dir/**/*.csv"],
        "extract_columns_from_partition_format:\n      partition_format: /{Store}/{Brand}/f.csv",
        reader=None,
    ),
    "a missing file": table(["file: ./nope.csv"]),
    "a column that is not there": table([A], "keep_columns: [nope]"),
    "an unknown step": table([A], "explode: 3"),
}
for number, condition in enumerate(
    [
        "col('a') > 1",
        "col('a') > 1 and col('t') == True",
        "col('b') == 'x' or col('a') >= 3",
        "not col('t')",
        "col('b') != 'x'",
        "col('d') > datetime(2020,1,2)",
        "col('a') > 1 and not col('t')",
        "col('b').isnull()",
        "feature('a') > 1",
        "col('a')",
    ]
):
    CASES[f"filter {number}: {condition}"] = table([A], f'filter: "{condition}"')
for file in FILES:
    if file.endswith(".csv") and "/" not in file:
        CASES.setdefault(f"as it is: {file}", table([f"file: ./{file}"], include_path_column=False))


def cell(value):
    if value is None or (not isinstance(value, (list, dict)) and pd.isna(value)):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return str(value)
    return value if isinstance(value, (int, float, bool)) else str(value).replace(str(ROOT), "ROOT")


def shown(frame):
    rows = [[cell(value) for value in row] for row in frame.astype(object).itertuples(index=False, name=None)]
    # Which type text has changes with pandas, and so does that of a column without any value.
    types = ["text" if str(kind) in ("object", "str") else str(kind).replace("[us]", "[ns]") for kind in frame.dtypes]
    return {"columns": [str(name) for name in frame.columns], "types": types, "rows": rows}


for name, text in CASES.items():
    (ROOT / "MLTable").write_text(text)
    try:
        out = shown(mltable.load(str(ROOT)).to_pandas_dataframe())
    except Exception as error:
        out = {"error": f"{type(error).__name__}: {error}".replace(str(ROOT), "ROOT")}
    sys.stdout.write(json.dumps([name, out]) + "\n")
