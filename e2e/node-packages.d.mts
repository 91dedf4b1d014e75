/** A folder `node_modules` with these packages of npm, installed when it is not there. */
export declare function nodePackages(packages: readonly string[]): Promise<string>
