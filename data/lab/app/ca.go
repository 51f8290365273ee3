package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"sync"
	"time"
)

// authority issues server certificates under an intermediate one, of the size
// that public authorities issue (with room for signed certificate time stamps).
type authority struct {
	roots        *x509.CertPool
	intermediate *x509.Certificate
	key          *ecdsa.PrivateKey

	mu     sync.Mutex // never held over the network
	issued map[string]*tls.Certificate
}

var (
	validFrom = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC) // virtual time starts in 2000
	validTo   = validFrom.AddDate(60, 0, 0)
	sctOID    = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}
)

func newAuthority() *authority {
	rootKey, root := newCA("Laboratory Root", 1, nil, nil)
	key, intermediate := newCA("Laboratory Issuer", 2, root, rootKey)
	pool := x509.NewCertPool()
	pool.AddCert(root)
	return &authority{roots: pool, intermediate: intermediate, key: key, issued: map[string]*tls.Certificate{}}
}

// newCA makes a certificate authority, self-signed when parent is nil.
func newCA(name string, serial int64, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*ecdsa.PrivateKey, *x509.Certificate) {
	key := newKey(elliptic.P384())
	t := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name, Organization: []string{"Laboratory"}},
		NotBefore: validFrom, NotAfter: validTo, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		CRLDistributionPoints: []string{"http://crl.lab.test/"}, IssuingCertificateURL: []string{"http://issuer.lab.test/"},
	}
	if parent == nil {
		parent, parentKey = t, key
	}
	der := must(x509.CreateCertificate(rand.Reader, t, parent, key.Public(), parentKey))
	return key, must(x509.ParseCertificate(der))
}

// certificate returns the certificate of a server, made at its first use.
func (a *authority) certificate(name string) *tls.Certificate {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.issued[name]; c != nil {
		return c
	}
	stamps := make([]byte, 240)
	rand.Read(stamps)
	key := newKey(elliptic.P256())
	t := &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(a.issued) + 3)), Subject: pkix.Name{CommonName: name},
		NotBefore: validFrom, NotAfter: validTo, DNSNames: []string{name, "www." + name, "cdn." + name},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		OCSPServer:      []string{"http://ocsp.lab.test"},
		ExtraExtensions: []pkix.Extension{{Id: sctOID, Value: must(asn1.Marshal(stamps))}},
	}
	der := must(x509.CreateCertificate(rand.Reader, t, a.intermediate, key.Public(), a.key))
	c := &tls.Certificate{Certificate: [][]byte{der, a.intermediate.Raw}, PrivateKey: key}
	a.issued[name] = c
	return c
}

// server is a TLS configuration that has a certificate for every name.
func (a *authority) server(protocols ...string) *tls.Config {
	return &tls.Config{NextProtos: protocols, GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		return a.certificate(h.ServerName), nil
	}}
}

// client is a TLS configuration that trusts the authority.
func (a *authority) client(name string) *tls.Config {
	return &tls.Config{RootCAs: a.roots, ServerName: name}
}

func newKey(c elliptic.Curve) *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(c, rand.Reader)) }

// must is for calls that fail only by a mistake of this package.
func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("app: %v", err))
	}
	return v
}
