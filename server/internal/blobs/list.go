package blobs

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/blob"
)

// Each calls fn for every whole blob with its content, for backups. The name holds what Restore needs to bring it back. A
// thumbnail is made again where it is missed. A blob that is damaged ends it with blob.ErrDamaged, so that no backup is
// made that lacks one without a word. One that a collection took since it was listed is passed over: nothing mentions it.
func (v *Vault) Each(ctx context.Context, fn func(name string, size int64, content io.Reader) error) error {
	return v.options.Bucket.Each(ctx, func(l Listed) error {
		if strings.HasSuffix(l.Name, thumbnailSuffix) {
			return nil
		}
		return v.give(ctx, l.Name, fn)
	})
}

func (v *Vault) give(ctx context.Context, object string, fn func(name string, size int64, content io.Reader) error) error {
	file, err := v.options.Bucket.Open(ctx, object)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return outward(err)
	}
	defer file.Close()
	sealed, err := v.keys.Open(file)
	if err == nil && v.keys.Object(sealed.Name) != object {
		err = blob.ErrDamaged
	}
	if err != nil {
		return outward(err)
	}
	return fn(backupName(sealed.Meta), int64(sealed.Size), sealed.Reader(file))
}

// errName: a blob of a backup that this version did not write.
var errName = errors.New("the backup names a photo or file in a way that this version does not know; nothing was restored: use the version that made the backup")

// backupName is tenant, stream, media type and hash, each written so that it holds no slash.
func backupName(m blob.Meta) string {
	return strings.Join([]string{
		url.PathEscape(m.Tenant), url.PathEscape(m.Stream), url.PathEscape(m.MediaType), hex.EncodeToString(m.SHA256[:]),
	}, "/")
}

func parseBackupName(name string) (m blob.Meta, err error) {
	parts := strings.Split(name, "/")
	if len(parts) != 4 {
		return m, errName
	}
	for i, field := range []*string{&m.Tenant, &m.Stream, &m.MediaType} {
		if *field, err = url.PathUnescape(parts[i]); err != nil {
			return m, errName
		}
	}
	sum, err := hex.DecodeString(parts[3])
	if err != nil || len(sum) != len(m.SHA256) {
		return m, errName
	}
	copy(m.SHA256[:], sum)
	return m, nil
}

// Restore takes a blob of a backup, checks it against its hash and makes it durable.
func (v *Vault) Restore(ctx context.Context, name string, size int64, content io.Reader) error {
	m, err := parseBackupName(name)
	if err != nil {
		return err
	}
	m.Size = uint64(size)
	return v.keep(ctx, v.keys.Object(m.Name), m, content)
}
