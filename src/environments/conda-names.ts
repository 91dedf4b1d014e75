/** What a conda package is on PyPI: the same name, another, or nothing (with the reason, for the log). */
export type PypiTwin =
  | { readonly kind: 'same' }
  | { readonly kind: 'renamed'; readonly name: string }
  | { readonly kind: 'none'; readonly why: string }

const renamed: Readonly<Record<string, string>> = {
  '_py-xgboost-mutex': 'xgboost',
  'dask-core': 'dask',
  faiss: 'faiss-cpu',
  fbprophet: 'prophet',
  'matplotlib-base': 'matplotlib',
  'msgpack-python': 'msgpack',
  'numpy-base': 'numpy',
  opencv: 'opencv-python-headless',
  'py-lightgbm': 'lightgbm',
  'py-opencv': 'opencv-python-headless',
  'py-xgboost': 'xgboost',
  'py-xgboost-cpu': 'xgboost',
  'py-xgboost-gpu': 'xgboost',
  'pyarrow-core': 'pyarrow',
  pyqt: 'PyQt5',
  pytables: 'tables',
  'python-blosc': 'blosc',
  'python-graphviz': 'graphviz',
  'python-lmdb': 'lmdb',
  'python-xxhash': 'xxhash',
  pytorch: 'torch',
  'pytorch-cpu': 'torch',
  'pytorch-gpu': 'torch',
  psycopg2: 'psycopg2-binary',
  ruamel_yaml: 'ruamel.yaml',
  'scipy-base': 'scipy',
  'seaborn-base': 'seaborn',
  sklearn: 'scikit-learn',
  'tensorflow-base': 'tensorflow',
  'tensorflow-cpu': 'tensorflow',
  'tensorflow-eigen': 'tensorflow',
  'tensorflow-gpu': 'tensorflow',
  'tensorflow-mkl': 'tensorflow',
  'torchvision-cpu': 'torchvision',
}

/** Things conda has and PyPI has not, by pattern, with what takes their place. */
const withoutTwin: readonly (readonly [RegExp, string])[] = [
  [
    /^(cudatoolkit|cuda|cuda-.*|cudnn|nccl|libcu.*|libnv.*|pytorch-cuda|pytorch-mutex|cpuonly|magma.*)$/,
    'the GPU libraries come with the PyPI packages',
  ],
  [/^(r|r-.*|rpy2-base|_r-mutex|mro-base)$/, 'R is not installed from PyPI'],
  [
    /^((gcc|gxx|gfortran|clang|clangxx|binutils|sysroot|ld_impl|kernel-headers|libgcc-devel|libstdcxx-devel)([_-].*)?|.*-compiler|compilers|make|m2w64-.*|vc|vs20.*)$/,
    "compilers are the machine's own",
  ],
  [
    /^(blas|mkl|mkl-service|nomkl|openblas|blas-.*|lib(blas|cblas|lapack|lapacke|openblas).*)$/,
    'the PyPI packages bring their own linear algebra',
  ],
  [
    /^(openjdk|java-jdk|java-.*|maven|nodejs|go|rust|perl|ruby|julia)$/,
    'it is a language of its own: install it on the machine',
  ],
  [/^(openmpi|mpich|impi_rt|mpi|ucx)$/, "MPI is the machine's own"],
  [
    /^(git|git-lfs|curl|wget|unzip|tar|bash|openssh|ffmpeg|graphviz|pandoc|tesseract|poppler|swig|bazel|htop|vim|tmux|parallel|azure-cli|awscli-base)$/,
    'it is a program of the machine, not a Python package',
  ],
  [
    /^(conda|conda-.*|mamba|micromamba|anaconda|anaconda-.*|_anaconda_depends|nb_conda.*|menuinst)$/,
    'conda itself is not used',
  ],
  [
    /^(_libgcc_mutex|_openmp_mutex|_tflow_select|_sysroot.*|libgcc.*|libstdcxx.*|libgomp|libgfortran.*|llvm-openmp|intel-openmp|tbb|tbb4py)$/,
    'it is a run-time library of the compiler',
  ],
  [
    /^(ca-certificates|openssl|zlib|xz|lz4-c|zstd|bzip2|readline|ncurses|sqlite|libsqlite|tk|libffi|libuuid|libnsl|libzlib|libexpat|expat|icu|libiconv|libxml2|libxslt|krb5|libedit|libssh2|libcurl|gmp|mpfr|mpc|pcre2?|glib|gettext|libpq|unixodbc)$/,
    'it is a library of the operating system',
  ],
  [
    /^(libpng|jpeg|libjpeg-turbo|libtiff|libwebp.*|giflib|freetype|fontconfig|cairo|pango|harfbuzz|libsndfile|portaudio|libgl.*|mesa.*|xorg-.*|libxcb|qt|qt-main|hdf5|libnetcdf|geos|libgdal|gdal|proj|libspatialindex|libopencv|arrow-cpp|libarrow.*|libparquet|libprotobuf|libgrpc|boost-cpp|libboost|eigen|snappy|libxgboost|liblightgbm|libtorch|libsodium|zeromq)$/,
    'the PyPI packages bring the library they need',
  ],
  [/^(spacy-model-.*)$/, 'language models are not on PyPI: download it in the step'],
]

/** Looks a conda package name up; a name that is not in the tables is taken to be the same on PyPI. */
export function pypiTwin(condaName: string): PypiTwin {
  const name = condaName.toLowerCase()
  const other = Object.hasOwn(renamed, name) ? renamed[name] : undefined
  if (other !== undefined) return { kind: 'renamed', name: other }
  const [, why] = withoutTwin.find(([pattern]) => pattern.test(name)) ?? []
  return why === undefined ? { kind: 'same' } : { kind: 'none', why }
}
