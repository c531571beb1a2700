/// The holder of an Ed25519 key, who signs calls.
struct Signer {
    key: SigningKey,
    /// What salts come from: a signature, which the key's holder alone can make again.
    salts: [u8; 32],
}

// The keys that digests of a kind are made with.
const KIND_CALL: &str = "38bc952727f88d8124fb7f97c4e99430fcdc99f2899a622650025bab2c60e667";
const KIND_ARGS: &str = "dbc427214d619a65bf9acc29975b4a2d8757e234c233c589b5e721db3c7cbfce";
const KIND_LINE: &str = "df6850b06fd5de5c9fe33f54288f791569ca94c55c0ead3390aef73832d4e63f";

/// The most fuel that a call may use, where its caller says nothing.
const FUEL_MAX: u64 = 1_000_000_000;

impl Signer {
    fn new(seed: &[u8; 32]) -> Signer {
        let key = SigningKey::from_bytes(seed);
        let mut salts = [0; 32];
        salts.copy_from_slice(&key.sign(b"counterfoil salt secret").to_bytes()[..32]);
        Signer { key, salts }
    }

    /// The canonical bytes of `[call, proof]`.
    fn sign<T: Wire>(&self, call: &Call<'_, T>, key: &str) -> Result<Vec<u8>, ClientError> {
        let key = idempotency_key(key)?;
        let salt = *blake3::keyed_hash(&self.salts, &key).as_bytes();
        let (shard, args) = (call.node.shard, call.args.cbor.as_slice());
        let latest = SystemTime::now() + call.node.life;
        let latest = latest
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis();
        let expires_ms = call.expires_ms.or(u64::try_from(latest).ok());
        let write = |parts: u64, args: &dyn Fn(&mut Vec<u8>)| {
            let mut out = Vec::new();
            head(&mut out, 4, parts);
            head(&mut out, 0, 1);
            bytestring(&mut out, &shard);
            out.push(NULL);
            call.method.to_owned().cbor(&mut out);
            args(&mut out);
            head(&mut out, 4, 2);
            head(&mut out, 0, 1);
            bytestring(&mut out, self.key.verifying_key().as_bytes());
            bytestring(&mut out, &key);
            head(&mut out, 0, expires_ms.unwrap_or(u64::MAX));
            head(&mut out, 0, call.fuel_max.unwrap_or(FUEL_MAX));
            out
        };
        let args_digest = digest(KIND_ARGS, &[&salt[..], args].concat())?;
        let call_digest = digest(KIND_CALL, &write(9, &|out| bytestring(out, &args_digest)))?;
        let message = [&b"counterfoil\0\x01\x01"[..], &shard, &call_digest].concat();
        let mut out = Vec::new();
        head(&mut out, 4, 2);
        out.extend(write(10, &|out| {
            bytestring(out, args);
            bytestring(out, &salt);
        }));
        head(&mut out, 4, 2);
        head(&mut out, 0, 1);
        bytestring(&mut out, &self.key.sign(&message).to_bytes());
        Ok(out)
    }
}

fn digest(kind: &str, input: &[u8]) -> Result<[u8; 32], ClientError> {
    let key = unhex(kind).and_then(|key| key.try_into().ok());
    let key = key.ok_or_else(|| ClientError::Usage("no kind of digest".to_owned()))?;
    Ok(*blake3::keyed_hash(&key, input).as_bytes())
}

/// The 32 bytes that an idempotency key's text stands for: the same as `foil call --key` makes of it.
fn idempotency_key(text: &str) -> Result<[u8; 32], ClientError> {
    let mut padded = (text.len() as u64).to_be_bytes().to_vec();
    padded.extend(text.as_bytes());
    padded.resize(padded.len().next_multiple_of(64), 0);
    digest(KIND_LINE, &padded)
}
