// What every client has, whatever its program.

/// For how long an answer is waited for.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);
/// How long a pause a node may ask for, and the one where it does not say.
const PAUSE_MAX: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_secs(1);
/// No answer is longer.
const ANSWER_BYTES_MAX: u64 = 256 << 20;

/// A shard at a node, and how it is asked.
pub struct Node {
    agent: Agent,
    url: String,
    shard: [u8; 32],
    token: Option<String>,
    signer: Option<Signer>,
    attempts: u32,
    life: Duration,
}

impl Node {
    /// The shard of this id at the node `https://HOST:PORT`.
    ///
    /// # Errors
    ///
    /// An id is 64 hexadecimal digits.
    pub fn new(url: &str, shard: &str) -> Result<Node, ClientError> {
        let id = unhex(shard).and_then(|id| id.try_into().ok());
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_recv_response(Some(ANSWER_TIMEOUT));
        Ok(Node {
            agent: config.build().new_agent(),
            url: url.trim_end_matches('/').to_owned(),
            shard: id.ok_or_else(|| ClientError::Usage(format!("{shard:?} is no shard's id")))?,
            token: None,
            signer: None,
            attempts: 6,
            life: Duration::from_secs(3600),
        })
    }

    /// With the token for the node: calls are in its name, unless they are signed.
    pub fn token(mut self, token: &str) -> Node {
        self.token = Some(token.to_owned());
        self
    }

    /// With a signature of the key with this seed under every call.
    pub fn signer(mut self, seed: &[u8; 32]) -> Node {
        self.signer = Some(Signer::new(seed));
        self
    }

    /// How often at most something is asked that can be asked again; 6, if not given.
    pub fn attempts(mut self, attempts: u32) -> Node {
        self.attempts = attempts;
        self
    }

    /// For how long a signed call's key lives, which is no longer than the shard's window; an hour, if not given.
    pub fn life(mut self, life: Duration) -> Node {
        self.life = life;
        self
    }

    /// The receipt of a record, as a file.
    ///
    /// # Errors
    ///
    /// There is no such record, or its block was pruned.
    pub fn receipt(&self, seq: u64) -> Result<Vec<u8>, ClientError> {
        self.whole(&mut self.ask(&format!("receipts/{seq}"), None, "application/cbor")?)
    }

    /// The id of the program that serves.
    ///
    /// # Errors
    ///
    /// No program was deployed.
    pub fn program(&self) -> Result<String, ClientError> {
        let answer = self.json("program", None)?;
        field(&answer, "program").ok_or_else(|| ClientError::answer(&answer))
    }

    fn json(&self, path: &str, body: Option<&Json>) -> Result<Json, ClientError> {
        let text = self.whole(&mut self.ask(path, body, "application/json")?)?;
        serde_json::from_slice(&text).map_err(|error| ClientError::Unexpected(error.to_string()))
    }

    /// Asks, and asks again as long as the node says that it may answer later.
    fn ask(
        &self,
        path: &str,
        body: Option<&Json>,
        accept: &str,
    ) -> Result<Response<Body>, ClientError> {
        let mut attempt = 1;
        loop {
            let error = match self.ask_once(path, body, accept) {
                Ok(response) => return Ok(response),
                Err(error) if attempt >= self.attempts => return Err(error),
                Err(error) => error,
            };
            let pause = match &error {
                ClientError::Unreachable(_) => PAUSE,
                ClientError::Refused(Refusal {
                    again: Some(pause), ..
                }) => *pause,
                _ => return Err(error),
            };
            // Not all at once.
            let part = u32::from(random::<1>()?[0]);
            std::thread::sleep(pause.min(PAUSE_MAX) + PAUSE * part / 256);
            attempt += 1;
        }
    }

    fn ask_once(
        &self,
        path: &str,
        body: Option<&Json>,
        accept: &str,
    ) -> Result<Response<Body>, ClientError> {
        let url = format!("{}/v1/shards/{}/{path}", self.url, hex(&self.shard));
        let token = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let answer = match body {
            None => {
                let request = self.agent.get(url).header("accept", accept);
                token
                    .iter()
                    .fold(request, |it, token| it.header("authorization", token))
                    .call()
            }
            Some(body) => {
                let request = self.agent.post(url).header("accept", accept);
                let request = request.content_type("application/json");
                let request = token
                    .iter()
                    .fold(request, |it, token| it.header("authorization", token));
                request.send(body.to_string())
            }
        };
        let mut response = answer.map_err(|error| ClientError::Unreachable(error.to_string()))?;
        let status = response.status().as_u16();
        if response.status().is_success() {
            return Ok(response);
        }
        let seconds = response
            .headers()
            .get("retry-after")
            .and_then(|it| it.to_str().ok()?.parse().ok());
        let again = matches!(status, 429 | 503).then(|| seconds.map_or(PAUSE, Duration::from_secs));
        let told = serde_json::from_slice(&self.whole(&mut response)?).unwrap_or(Json::Null);
        Err(ClientError::Refused(Refusal {
            status,
            again,
            ..Refusal::of(&told)
        }))
    }

    fn whole(&self, response: &mut Response<Body>) -> Result<Vec<u8>, ClientError> {
        let read = response
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .read_to_vec();
        read.map_err(|error| ClientError::Unreachable(error.to_string()))
    }
}

/// A call that is to be made.
#[must_use = "a call is made when it is sent"]
pub struct Call<'a, T> {
    node: &'a Node,
    method: &'static str,
    args: Args,
    key: Option<String>,
    fuel_max: Option<u64>,
    expires_ms: Option<u64>,
    returns: PhantomData<T>,
}

impl<'a, T: Wire> Call<'a, T> {
    fn new(node: &'a Node, method: &'static str, args: Args) -> Call<'a, T> {
        let (key, fuel_max, expires_ms, returns) = (None, None, None, PhantomData);
        Call {
            node,
            method,
            args,
            key,
            fuel_max,
            expires_ms,
            returns,
        }
    }

    /// With this idempotency key: the same call with the same key is made once. Drawn, if not given.
    pub fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// With at most this fuel.
    pub fn fuel_max(mut self, fuel_max: u64) -> Self {
        self.fuel_max = Some(fuel_max);
        self
    }

    /// With a key that dies then, in milliseconds of Unix time.
    pub fn expires_ms(mut self, expires_ms: u64) -> Self {
        self.expires_ms = Some(expires_ms);
        self
    }

    /// Makes the call. What it came to is history by then.
    ///
    /// # Errors
    ///
    /// The node refuses it or is not reached, or its answer is not of this interface.
    pub fn send(self) -> Result<Made<T>, ClientError> {
        // The key is drawn here, once: however often it is sent, the call is made once.
        let key = self
            .key
            .clone()
            .map_or_else(|| random::<16>().map(|key| hex(&key)), Ok)?;
        let body = match &self.node.signer {
            Some(signer) => {
                json!({ "signed": Base64::encode_string(&signer.sign(&self, &key)?) })
            }
            None => self.named(&key),
        };
        let answer = self.node.json("calls", Some(&body))?;
        let made = || {
            Some(Made {
                outcome: Outcome::of(&answer)?,
                seq: field(&answer, "seq")?,
                known: field(&answer, "known")?,
                receipt: Base64::decode_vec(answer.get("receipt")?.as_str()?).ok()?,
            })
        };
        made().ok_or_else(|| ClientError::answer(&answer))
    }

    fn named(&self, key: &str) -> Json {
        let args = Json::Object(self.args.json.clone());
        let mut body = json!({ "method": self.method, "args": args, "key": key });
        self.fuel_max
            .into_iter()
            .for_each(|it| body["fuel_max"] = it.into());
        self.expires_ms
            .into_iter()
            .for_each(|it| body["expires_ms"] = it.into());
        body
    }
}

/// A query that is to be asked.
#[must_use = "a query is asked when it is sent"]
pub struct Query<'a, T> {
    node: &'a Node,
    body: Json,
    returns: PhantomData<T>,
}

impl<'a, T: Wire> Query<'a, T> {
    fn new(node: &'a Node, method: &'static str, args: Args) -> Query<'a, T> {
        let body = json!({ "method": method, "args": Json::Object(args.json) });
        Query {
            node,
            body,
            returns: PhantomData,
        }
    }

    /// Of the state after this block; after the last one, if not given.
    pub fn height(mut self, height: u64) -> Self {
        self.body["height"] = height.into();
        self
    }

    /// With a proof of the answer.
    pub fn proof(mut self) -> Self {
        self.body["proof"] = true.into();
        self
    }

    /// With at most this fuel.
    pub fn fuel_max(mut self, fuel_max: u64) -> Self {
        self.body["fuel_max"] = fuel_max.into();
        self
    }

    /// Asks the query.
    ///
    /// # Errors
    ///
    /// The node refuses it or is not reached, or its answer is not of this interface.
    pub fn send(self) -> Result<Asked<T>, ClientError> {
        let answer = self.node.json("query", Some(&self.body))?;
        let proof = answer
            .get("proof")
            .and_then(Json::as_str)
            .map(Base64::decode_vec);
        let asked = || {
            Some(Asked {
                outcome: Outcome::of(&answer)?,
                height: field(&answer, "height")?,
                root: field(&answer, "root")?,
                proof: proof.transpose().ok()?,
            })
        };
        asked().ok_or_else(|| ClientError::answer(&answer))
    }
}

/// A call that is history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made<T> {
    /// What it came to.
    pub outcome: Outcome<T>,
    /// Its place in history.
    pub seq: u64,
    /// Whether it had that already: an earlier call had the same key.
    pub known: bool,
    /// The receipt, as a file: `foil-verify` takes it.
    pub receipt: Vec<u8>,
}

/// The answer to a query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked<T> {
    /// What it came to.
    pub outcome: Outcome<T>,
    /// The block after which it was asked.
    pub height: u64,
    /// The root of the state that it was asked of.
    pub root: [u8; 32],
    /// What proves the answer, as a file, if that was wanted.
    pub proof: Option<Vec<u8>>,
}

/// What a call or a query came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome<T> {
    /// This is its answer.
    Returned(T),
    /// The program refused it: nothing changed.
    Failed(ProgramError),
    /// The program broke off: nothing changed.
    Trapped(Trap),
}

impl<T: Wire> Outcome<T> {
    fn of(answer: &Json) -> Option<Outcome<T>> {
        let lines = |name: &str| {
            answer
                .get(name)
                .and_then(Wire::from_json)
                .unwrap_or_default()
        };
        Some(match answer.get("outcome")?.as_str()? {
            "returned" => Outcome::Returned(field(answer, "value")?),
            "failed" => Outcome::Failed(ProgramError::of(answer.get("error")?)),
            "trapped" => Outcome::Trapped(Trap {
                code: field(answer, "trap_code")?,
                name: field(answer, "trap")?,
                detail: lines("detail"),
                logs: lines("logs"),
            }),
            _ => return None,
        })
    }

    /// What was returned.
    ///
    /// # Errors
    ///
    /// It failed, or trapped.
    pub fn returned(self) -> Result<T, ClientError> {
        match self {
            Outcome::Returned(value) => Ok(value),
            Outcome::Failed(error) => Err(ClientError::Failed(error)),
            Outcome::Trapped(trap) => Err(ClientError::Trapped(trap)),
        }
    }
}

/// Why a program broke off. `foil explain T3` says more of code 3.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trap {
    /// Its number.
    pub code: u8,
    /// Its name.
    pub name: String,
    /// How far over which limit, and in which functions.
    pub detail: Vec<String>,
    /// What the program logged before.
    pub logs: Vec<String>,
}

/// A node refuses a request: nothing of it was done, unless the code is E7515.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The status in HTTP.
    pub status: u16,
    /// The number: `foil explain E5012` says more.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// The request's id in the node's log.
    pub request: String,
    again: Option<Duration>,
}

impl Refusal {
    fn of(told: &Json) -> Refusal {
        let text = |name: &str| told["error"][name].as_str().unwrap_or("none").to_owned();
        let (code, message, request) = (text("code"), text("message"), text("request"));
        Refusal {
            status: 0,
            code,
            message,
            request,
            again: None,
        }
    }
}

/// Why there is no answer, or not the one that was wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClientError {
    /// What was asked cannot be.
    Usage(String),
    /// The node is not reached.
    Unreachable(String),
    /// The node refuses.
    Refused(Refusal),
    /// An answer that is not of this interface: the node's program may be another by now.
    Unexpected(String),
    /// The program refused.
    Failed(ProgramError),
    /// The program broke off.
    Trapped(Trap),
}

impl ClientError {
    fn answer(answer: &Json) -> ClientError {
        ClientError::Unexpected(answer.to_string())
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientError::Usage(because) => f.write_str(because),
            ClientError::Unreachable(because) => write!(f, "the node is not reached: {because}"),
            ClientError::Refused(Refusal { code, message, .. }) => write!(f, "{code}: {message}"),
            ClientError::Unexpected(answer) => {
                write!(f, "the answer is not of the interface: {answer}")
            }
            ClientError::Failed(error) => write!(f, "failed: {error:?}"),
            ClientError::Trapped(trap) => write!(f, "trapped: {} (T{})", trap.name, trap.code),
        }
    }
}

impl std::error::Error for ClientError {}
