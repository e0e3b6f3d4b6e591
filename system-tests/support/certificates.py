"""Certificates for TLS. Needs openssl."""
import subprocess

EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def self_signed(folder, name, *key):
    """Makes a certificate for localhost and its key, RSA unless other options of openssl are given; returns their paths."""
    certificate, private = f"{folder}/{name}.crt", f"{folder}/{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", private, "-out", certificate, *(key or ("-newkey", "rsa:2048"))], check=True, capture_output=True)
    return certificate, private
