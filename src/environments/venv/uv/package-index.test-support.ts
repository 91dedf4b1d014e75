import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A package of a test's own index. */
export interface IndexedPackage {
  readonly name: string
  readonly version: string
  /** `py3-none-any` when absent; `cp36-cp36m-win32` is a wheel that never fits; `sdist` is a source distribution. */
  readonly tag?: string
  readonly requires?: readonly string[]
}

/** Writes wheels and source distributions by hand, with one module that names their version, as a PEP 503 folder. */
const writer = `
import base64, hashlib, io, json, os, sys, tarfile, zipfile
root, packages = sys.argv[1], json.loads(sys.argv[2])
os.makedirs(root)
backend = '''
import os, zipfile
def build_wheel(folder, config=None, metadata=None):
    with open(os.environ["HOME"] + "/seen-by-build", "w") as seen: seen.write("\\\\n".join(sorted(os.environ)))
    name = "%(name)s-%(version)s-py3-none-any.whl"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        for path, text in %(files)r.items(): wheel.writestr(path, text)
    return name
'''
for package in packages:
    name, version, tag = package["name"], package["version"], package.get("tag", "py3-none-any")
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n"
    metadata += "".join(f"Requires-Dist: {each}\\n" for each in package.get("requires", []))
    files = {f"{name}.py": f"version = {version!r}\\n", f"{info}/METADATA": metadata,
             f"{info}/WHEEL": f"Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"}
    files[f"{info}/RECORD"] = "".join(f"{path},,\\n" for path in [*files, f"{info}/RECORD"])
    folder = os.path.join(root, name)
    os.makedirs(folder, exist_ok=True)
    if tag == "sdist":
        pyproject = '[build-system]\\nrequires = []\\nbuild-backend = "backend"\\nbackend-path = ["."]\\n'
        pyproject += f'[project]\\nname = "{name}"\\nversion = "{version}"\\n'
        with tarfile.open(f"{folder}/{name}-{version}.tar.gz", "w:gz") as archive:
            source = {"PKG-INFO": metadata, "pyproject.toml": pyproject,
                      "backend.py": backend % {"name": name, "version": version, "files": files}}
            for path, text in source.items():
                entry = tarfile.TarInfo(f"{name}-{version}/{path}")
                entry.size = len(text.encode())
                archive.addfile(entry, io.BytesIO(text.encode()))
    else:
        with zipfile.ZipFile(f"{folder}/{name}-{version}-{tag}.whl", "w") as wheel:
            for path, text in files.items(): wheel.writestr(path, text)
for name in os.listdir(root):
    links = sorted(file for file in os.listdir(os.path.join(root, name)) if file != "index.html")
    with open(os.path.join(root, name, "index.html"), "w") as page:
        page.write("".join(f'<a href="{file}">{file}</a><br>' for file in links))
`

/** Writes the packages below a folder and returns the URL for UV_DEFAULT_INDEX. */
export function writeIndex(folder: string, packages: readonly IndexedPackage[]): string {
  const root = join(folder, 'simple')
  execFileSync('python3', ['-c', writer, root, JSON.stringify(packages)], { cwd: folder })
  return pathToFileURL(root).href
}

/** Name, versions and tag in short: `pkg('a', '1', '2')` is two wheels that fit. */
export function pkg(name: string, ...versions: readonly string[]): readonly IndexedPackage[] {
  return versions.map((version) => ({ name, version }))
}

/** Versions that have a wheel, though none that fits. */
export function unfitting(name: string, ...versions: readonly string[]): readonly IndexedPackage[] {
  return versions.map((version) => ({ name, version, tag: 'cp36-cp36m-win32' }))
}
