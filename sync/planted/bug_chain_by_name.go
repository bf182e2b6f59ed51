//go:build planted && chain_by_name

package planted

// Bug is the mistake of this build: a chain is known by the name of its device.
const Bug = ChainByName
