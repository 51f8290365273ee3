//go:build !cgo || noxla

package backend

import "errors"

// WithXLA says whether this program was built with XLA (cgo, and no tag noxla).
const WithXLA = false

func openXLA(string, string) (*Choice, error) {
	return nil, errors.New("this program was built without cgo or with the tag noxla, so it has no XLA: build it with CGO_ENABLED=1")
}
