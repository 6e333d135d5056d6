// Checks a log of ours with Go's own packages: golang.org/x/mod/sumdb/note and tlog.
//
//	go run tlogcheck.go VKEY DIR
//
// DIR holds what the public log serves: "checkpoint" and "tile/…", an "old" checkpoint, and "proofs": lines of
// "inclusion INDEX LEAF NODE…" and "consistency NODE…" (from old to checkpoint), hashes in hex.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error, what string) {
	if err != nil {
		fmt.Println("FAIL", what, err)
		os.Exit(1)
	}
}

func hash(text string) (h tlog.Hash) {
	raw, err := hex.DecodeString(text)
	check(err, "hex")
	if len(raw) != len(h) {
		check(fmt.Errorf("%d bytes", len(raw)), "hash")
	}
	copy(h[:], raw)
	return h
}

func hashes(texts []string) (all []tlog.Hash) {
	for _, text := range texts {
		all = append(all, hash(text))
	}
	return all
}

func open(path string, verifier note.Verifier) tlog.Tree {
	data, err := os.ReadFile(path)
	check(err, path)
	opened, err := note.Open(data, note.VerifierList(verifier))
	check(err, path)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size")
	root, err := tlog.ParseHash(lines[2])
	check(err, "root")
	return tlog.Tree{N: size, Hash: root}
}

type tiles string

func (dir tiles) Height() int                      { return 8 }
func (dir tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (dir tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		// Go's path names the height; C2SP tlog-tiles fixes it at 8.
		data, err := os.ReadFile(filepath.Join(string(dir), strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func main() {
	verifier, err := note.NewVerifier(os.Args[1])
	check(err, "verifier key")
	dir := os.Args[2]
	tree, old := open(filepath.Join(dir, "checkpoint"), verifier), open(filepath.Join(dir, "old"), verifier)

	// Every tile is authenticated against the root by the reader itself.
	reader := tlog.TileHashReader(tree, tiles(dir))
	grown, err := tlog.ProveTree(tree.N, old.N, reader)
	check(err, "ProveTree")
	check(tlog.CheckTree(grown, tree.N, tree.Hash, old.N, old.Hash), "CheckTree")

	file, err := os.Open(filepath.Join(dir, "proofs"))
	check(err, "proofs")
	lines, count := bufio.NewScanner(file), 0
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if words[0] == "consistency" {
			check(tlog.CheckTree(hashes(words[1:]), tree.N, tree.Hash, old.N, old.Hash), "our consistency proof")
			continue
		}
		index, err := strconv.ParseInt(words[1], 10, 64)
		check(err, "index")
		leaf := hash(words[2])
		check(tlog.CheckRecord(hashes(words[3:]), tree.N, tree.Hash, index, leaf), "our inclusion proof")
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		check(err, "ProveRecord from tiles")
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf), "inclusion from tiles")
		count++
	}
	fmt.Println("ok", tree.N, old.N, count)
}
