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
func reduce(img image.Image) *image.Paletted {
	b := img.Bounds()
	exact := map[color.RGBA]int{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			exact[rgba(img.At(x, y))]++
		}
	}
	p := image.NewPaletted(b, palette(exact))
	index := make(map[color.RGBA]uint8, len(exact))
	for c := range exact {
		index[c] = uint8(p.Palette.Index(c))
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			p.SetColorIndex(x, y, index[rgba(img.At(x, y))])
		}
	}
	return p
}

func rgba(c color.Color) color.RGBA { return color.RGBAModel.Convert(c).(color.RGBA) }

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
