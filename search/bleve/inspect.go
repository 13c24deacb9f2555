package bleve

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/blevesearch/bleve/v2/util"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// The engine's files are one list of what belongs to the index, and the index in pieces. The pieces end in a checksum.
// For the list, which changes all the time, a closed store leaves one in a file of its own. Where that is missing or
// not whole, the last process was killed or had no room for it, and the list is as the engine's last commit left it.
const (
	listFile = "root.bolt"
	sealFile = "root.sum"
	sealSize = 9 // bytes
)

var pieceFile = regexp.MustCompile(`^[0-9a-f]{12}\.zap$`)

// inspect looks at what lies in dir before the engine does, because the engine trusts what it finds, and deletes
// what it does not know. fresh means there is no index yet. An error that is ErrUnusable means an index that may be
// removed; any other that the folder should be left alone: it holds something else, or cannot be read just now.
func inspect(dir string) (fresh bool, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if errors.Is(err, syscall.ENOTDIR) {
		return false, fmt.Errorf("%w: %s is a file", ErrForeign, dir)
	}
	if err != nil {
		return false, err
	}
	fresh = true
	for _, e := range entries {
		switch {
		case e.Type().IsRegular() && e.Name() == listFile:
			fresh = false
		case e.Type().IsRegular() && (pieceFile.MatchString(e.Name()) || e.Name() == sealFile):
		case strings.HasPrefix(e.Name(), ".nfs"): // what NFS makes of a removed file that is still open
		default:
			return false, fmt.Errorf("%w: %s holds %s", ErrForeign, dir, e.Name())
		}
	}
	if fresh {
		return true, nil // pieces without a list are what an interrupted removal left
	}
	if err := checkSeal(dir); err != nil {
		return false, err
	}
	pieces, err := inspectList(filepath.Join(dir, listFile))
	if err != nil {
		return false, err
	}
	for _, name := range pieces {
		if err := verifyFile(filepath.Join(dir, name)); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				err = fmt.Errorf("%w: %w", ErrUnusable, err)
			}
			return false, err
		}
	}
	return false, nil
}

// seal notes the checksum of the list. On a full disk nothing is left of it: half a seal says nothing of the list.
func seal(dir string) error {
	sum, err := listSum(dir)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, sealFile)
	if err := os.WriteFile(file, sum, 0o600); err != nil {
		_ = os.Remove(file)
		return err
	}
	return nil
}

// breakSeal says that the list is about to change.
func breakSeal(dir string) error {
	if err := os.Remove(filepath.Join(dir, sealFile)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// checkSeal compares the list with its checksum, where there is one. bbolt follows damaged offsets out of its memory,
// which can end the process: it must not see a damaged list.
func checkSeal(dir string) error {
	want, err := os.ReadFile(filepath.Join(dir, sealFile))
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(want) < sealSize {
		return nil
	}
	if err != nil {
		return err
	}
	sum, err := listSum(dir)
	if err == nil && !bytes.Equal(sum, want) {
		err = fmt.Errorf("%w: the checksum of %s is wrong", ErrUnusable, listFile)
	}
	return err
}

// listSum is the CRC-32 (IEEE) of the list, as text.
func listSum(dir string) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(dir, listFile))
	return fmt.Appendf(nil, "%08x\n", crc32.ChecksumIEEE(raw)), err
}

// inspectList reads all of the list, so that damage shows here and not in the engine's goroutines, and returns the
// names of the files of the newest state.
func inspectList(path string) (pieces []string, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // bbolt trusts the offsets it reads
	defer func() {
		if r := recover(); r != nil {
			pieces, err = nil, fmt.Errorf("%w: %s: %v", ErrUnusable, path, r)
		}
	}()
	if i, err := os.Stat(path); err != nil {
		return nil, err
	} else if i.Size() == 0 {
		return nil, fmt.Errorf("%w: %s is empty", ErrUnusable, path)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true, Timeout: lockTimeout})
	if err != nil {
		return nil, damage(err)
	}
	defer func() { _ = db.Close() }()
	err = db.View(func(tx *bbolt.Tx) error {
		snapshots := tx.Bucket(util.BoltSnapshotsBucket)
		if snapshots == nil {
			return errors.New("it lists nothing")
		}
		if err := readAll(snapshots, 0); err != nil {
			return err
		}
		name, _ := snapshots.Cursor().Last()
		newest := snapshots.Bucket(name)
		if newest == nil {
			return errors.New("it lists no state")
		}
		var found []byte
		if b := newest.Bucket(util.BoltInternalKey); b != nil {
			found = b.Get(versionKey)
		}
		if string(found) != version {
			return fmt.Errorf("it is of version %q, this is %q", found, version)
		}
		return newest.ForEachBucket(func(k []byte) error {
			if p := newest.Bucket(k).Get(util.BoltPathKey); len(p) > 0 {
				pieces = append(pieces, string(p))
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrUnusable, path, err)
	}
	return pieces, nil
}

// readAll visits every key of a bucket and of those in it.
func readAll(b *bbolt.Bucket, depth int) error {
	if depth > 8 {
		return errors.New("it is nested too deep")
	}
	return b.ForEach(func(k, v []byte) error {
		if v != nil {
			return nil
		}
		in := b.Bucket(k)
		if in == nil {
			return fmt.Errorf("bucket %x is missing", k)
		}
		return readAll(in, depth+1)
	})
}

// damage tells what a folder's content is to blame for from what may pass: a held lock, missing rights, too many
// open files.
func damage(err error) error {
	var sys interface{ Timeout() bool } // syscall.Errno, *fs.PathError
	if errors.Is(err, bolterrors.ErrTimeout) {
		return fmt.Errorf("bleve: somebody else has the index open: %w", err)
	}
	if errors.As(err, &sys) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnusable, err)
}
