package plots

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
)

// reduce maps an image to a palette of at most 256 colours, so that its PNG
// takes a third of the bytes. Where there are more, colours that share the
// upper five bits of each channel become one, the most frequent groups stay,
// and every pixel takes the nearest.
func reduce(img *image.RGBA) *image.Paletted {
	exact := map[color.RGBA]int{}
	runs(img, func(c color.RGBA, at, n int) { exact[c] += n })
	p := image.NewPaletted(img.Bounds(), palette(exact))
	index := make(map[color.RGBA]uint8, len(exact))
	for c := range exact {
		index[c] = uint8(p.Palette.Index(c))
	}
	runs(img, func(c color.RGBA, at, n int) {
		k := index[c]
		for i := at; i < at+n; i++ {
			p.Pix[i] = k
		}
	})
	return p
}

// runs hands out the pixels row by row, neighbours of one colour together: the
// number of the first and how many. A figure is mostly such areas.
func runs(img *image.RGBA, each func(c color.RGBA, at, n int)) {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	for y := range h {
		row := img.Pix[y*img.Stride : y*img.Stride+4*w]
		for x := 0; x < w; {
			n := 1
			for x+n < w && [4]byte(row[4*(x+n):]) == [4]byte(row[4*x:]) {
				n++
			}
			each(color.RGBA{row[4*x], row[4*x+1], row[4*x+2], row[4*x+3]}, y*w+x, n)
			x += n
		}
	}
}

// palette chooses at most 256 colours by frequency. Equal inputs give equal
// palettes.
func palette(count map[color.RGBA]int) color.Palette {
	type entry struct {
		c color.RGBA
		n int
	}
	key := func(c color.RGBA) color.RGBA { return c }
	if len(count) > 256 {
		key = func(c color.RGBA) color.RGBA { return color.RGBA{c.R &^ 7, c.G &^ 7, c.B &^ 7, 255} }
	}
	// Each group is shown by its most frequent member, so that areas keep their exact colour.
	best, total := map[color.RGBA]entry{}, map[color.RGBA]int{}
	for c, n := range count {
		k := key(c)
		total[k] += n
		if e, ok := best[k]; !ok || n > e.n || n == e.n && less(c, e.c) < 0 {
			best[k] = entry{c, n}
		}
	}
	var all []entry
	for k, e := range best {
		all = append(all, entry{e.c, total[k]})
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Or(b.n-a.n, less(a.c, b.c)) })
	var p color.Palette
	for _, e := range all[:min(len(all), 256)] {
		p = append(p, e.c)
	}
	return p
}

func less(a, b color.RGBA) int {
	return cmp.Or(int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B), int(a.A)-int(b.A))
}

func encodePNG(img image.Image) []byte {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
		panic(fmt.Sprintf("plots: %v", err)) // a Buffer takes every write
	}
	return b.Bytes()
}
