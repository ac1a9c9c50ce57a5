// A key and a certificate for localhost that signs itself, for these tests only; made with
// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1
export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5AKxLz3NkUmvvDRB
Cqp9tyNP/NRxmQCDw5F2xmG3g56hRANCAARd4rcDOS+rYYzuA3OG+CxDM6TuJYyg
PNveoLghLT6LOFEuPJb/OE+qxXzqqdIaGCkXeoLmtpGarq50nttBJb/n
-----END PRIVATE KEY-----
`;

export const cert = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUV3Efrysq+h0Zmi2WXerJMmIrMsswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTEwMjYyM1oYDzIxMjYxMDI4
MTAyNjIzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARd4rcDOS+rYYzuA3OG+CxDM6TuJYygPNveoLghLT6LOFEuPJb/OE+q
xXzqqdIaGCkXeoLmtpGarq50nttBJb/no28wbTAdBgNVHQ4EFgQUTxmBLR5zHqyL
fIZEHLS2k72GWhgwHwYDVR0jBBgwFoAUTxmBLR5zHqyLfIZEHLS2k72GWhgwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgNypqggzqMPPmk7eJD7s6HhqGZugoWSihjbA4Mj4ZjlMCIFCv
6bX+iPOTh7v7XonQGtbGqItWqRYms6ISFVnpBFyH
-----END CERTIFICATE-----
`;
