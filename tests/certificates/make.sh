#!/bin/sh
# Makes the certificates in this folder, which the library of the tests cannot make: weak hashes, short keys, odd forms. They are
# good for a hundred years. Run it in an empty folder; OpenSSL 3 is needed.
set -e
days="-days 36500"
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem $days -subj "/CN=Test CA"
san="basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost\n"
# NAME KEY HASH EXTENSIONS [MORE]
issue() {
    openssl req -newkey $2 -nodes -keyout $1.key -out $1.csr -subj "/CN=localhost"
    printf "$4" > $1.ext
    openssl x509 -req $3 -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial $days -extfile $1.ext $5 -out $1.pem
}
issue no-san rsa:2048 -sha256 "basicConstraints=CA:FALSE\n"
issue sha1 rsa:2048 -sha1 "$san"
issue md5 rsa:2048 -md5 "$san"
issue rsa-1024 rsa:1024 -sha256 "$san"
issue p521 "ec -pkeyopt ec_paramgen_curve:P-521" -sha256 "$san"
issue version-1 rsa:2048 -sha256 ""
issue negative-serial rsa:2048 -sha256 "$san" "-set_serial -5"
cat > limited.cnf <<'END'
[req]
distinguished_name=n
x509_extensions=v
[n]
[v]
basicConstraints=critical,CA:TRUE
keyUsage=keyCertSign
nameConstraints=critical,permitted;DNS:localhost,permitted;IP:127.0.0.1/255.255.255.255,permitted;dirName:dn
[dn]
O=BH
END
openssl req -x509 -newkey rsa:2048 -nodes -keyout limited-ca.key -out limited-ca.pem $days -subj "/O=BH/CN=CA" -config limited.cnf
openssl req -newkey rsa:2048 -nodes -keyout limited.key -out limited.csr -subj "/O=BH/CN=localhost"
printf "$san" > limited.ext
openssl x509 -req -sha256 -in limited.csr -CA limited-ca.pem -CAkey limited-ca.key -CAcreateserial $days -extfile limited.ext -out limited.pem
# An authority with a short key.
openssl req -x509 -newkey rsa:1024 -nodes -keyout short-ca.key -out short-ca.pem $days -subj "/CN=Short CA"
openssl req -newkey rsa:2048 -nodes -keyout of-short.key -out of-short.csr -subj "/CN=localhost"
openssl x509 -req -sha256 -in of-short.csr -CA short-ca.pem -CAkey short-ca.key -CAcreateserial $days -extfile limited.ext -out of-short.pem
rm -f *.csr *.ext *.srl *.cnf ca.key limited-ca.key short-ca.key
