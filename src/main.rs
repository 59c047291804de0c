//! The command line: what is typed, to the commands of the library.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::fmt::MakeWriter;

use touchmark::ambient::Ambient;
use touchmark::command::policy::PolicyCommand;
use touchmark::command::receipt::ReceiptCommand;
use touchmark::command::{
    self, CommandError, demo, doctor, earner, menu, policy, receipt, serve, setup, speed, trust,
    verify,
};
use touchmark::config::{self, Config, ConfigError, LogFormat, QUIET, Settings};
use touchmark::http;
use touchmark::store::PartyKind;

/// The exit code for a command that is written wrong (sysexits' EX_USAGE).
const USAGE: u8 = 64;

/// Touchmark issues educator micro-credentials as Open Badges 3.0 credentials, and verifies
/// anyone's.
#[derive(Parser)]
#[command(name = "touchmark", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Run the service
    Serve,
    /// Run the service with example data in a throw-away folder
    Demo,
    /// Check a credential: exit code 0 verified, 1 not verified, 2 undecided, 3 a pack replayed that
    /// holds by its own documents, 64 usage
    Verify(verify::Arguments),
    /// What micro-credentials count for, by a recognizer's policy
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// What recognizers accept, achievement by achievement
    #[command(subcommand)]
    Menu(menu::MenuCommand),
    /// What receipts of recognizers say
    #[command(subcommand)]
    Receipt(ReceiptCommand),
    /// Check configuration, database, keys, clock and public URL
    Doctor,
    /// Measure what signing, verifying and minting cost on this machine
    Speed(speed::Arguments),
    /// Issuers of this service
    #[command(subcommand)]
    Issuer(setup::PartyCommand),
    /// Recognizers of this service
    #[command(subcommand)]
    Recognizer(trust::RecognizerCommand),
    /// Earners of an issuer
    #[command(subcommand)]
    Earner(earner::EarnerCommand),
    /// API keys for issuers' backends
    #[command(subcommand)]
    ApiKey(setup::ApiKeyCommand),
    /// Signing keys
    #[command(subcommand)]
    Keys(setup::KeysCommand),
    /// After restoring a backup, before serving again: close the status lists to new entries
    /// (which of them were given away since is unknown) and pass every version that was served
    Restored,
    /// Print openapi.yaml
    Openapi,
}

fn main() -> ExitCode {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(error) => {
            let code = if error.use_stderr() { USAGE } else { 0 };
            // A closed pipe is nothing to complain of.
            let _ = error.print();
            return code.into();
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let threads = match line.command {
        // Nobody waits beside the batch, and each thread more is one to wake.
        Command::Verify(_) => cores,
        // More than cores: a long verification must not keep others waiting for its thread.
        _ => 4 * cores,
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let runtime = runtime.expect("the system gives threads to a new process");
    let verifying =
        matches!(line.command, Command::Verify(_) | Command::Policy(PolicyCommand::Check(_)));
    match runtime.block_on(run(line)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("touchmark: {error}");
            match error {
                CommandError::Input { .. } | CommandError::Config(_) => USAGE.into(),
                // Nothing was found out, which is not the same as not verified.
                _ if verifying => (verify::Ending::Undecided as u8).into(),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

async fn run(line: CommandLine) -> Result<ExitCode, CommandError> {
    let ambient = Ambient::system();
    match line.command {
        Command::Openapi => {
            print!("{}", http::openapi::yaml(&http::description()));
            Ok(ExitCode::SUCCESS)
        }
        Command::Demo => {
            let filter = line.settings.log.as_deref().unwrap_or(QUIET);
            let format = line.settings.log_format.unwrap_or(LogFormat::Text);
            log(filter, format, std::io::stderr)?;
            demo::run(line.settings, ambient).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Verify(args) => {
            let settings = line.settings.for_verifying()?;
            log(&settings.log, LogFormat::Text, std::io::stderr)?;
            let ending = verify::run(&args, &settings, &ambient).await?;
            Ok((ending as u8).into())
        }
        Command::Policy(PolicyCommand::Check(args)) => {
            let settings = line.settings.for_verifying()?;
            log(&settings.log, LogFormat::Text, std::io::stderr)?;
            Ok((policy::run(&args, &settings, &ambient).await? as u8).into())
        }
        Command::Receipt(ReceiptCommand::Explain { file }) => {
            receipt::explain(&file)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Serve => {
            let config = line.settings.load()?;
            // The one log that is output; what a command warns of goes to standard error.
            log(&config.log, config.log_format, std::io::stdout)?;
            serve::run(config, ambient).await?;
            Ok(ExitCode::SUCCESS)
        }
        command => in_the_books(command, line.settings.load()?, ambient).await,
    }
}

/// The commands of an operator, beside a running service or before it.
async fn in_the_books(
    command: Command,
    config: Config,
    ambient: Ambient,
) -> Result<ExitCode, CommandError> {
    log(QUIET, LogFormat::Text, std::io::stderr)?;
    match command {
        Command::Doctor => {
            let well = doctor::run(&config, &ambient).await;
            return Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Speed(args) => speed::run(&args, &config, &ambient).await?,
        Command::Issuer(command) => {
            setup::party(&command::open(&config, &ambient).await?, PartyKind::Issuer, command)
                .await?;
        }
        Command::Recognizer(command) => {
            trust::run(&command::open(&config, &ambient).await?, command).await?;
        }
        Command::Earner(command) => {
            earner::run(&command::open(&config, &ambient).await?, &config, command).await?;
        }
        Command::ApiKey(command) => {
            setup::api_key(&command::open(&config, &ambient).await?, &config, command).await?;
        }
        Command::Keys(command) => {
            setup::keys(&command::open(&config, &ambient).await?, command).await?
        }
        Command::Policy(PolicyCommand::Publish { recognizer, file }) => {
            let issuance = command::open(&config, &ambient).await?;
            receipt::publish(&issuance, &recognizer, &file).await?;
        }
        Command::Receipt(ReceiptCommand::Renew { recognizer, claim }) => {
            let issuance = command::open(&config, &ambient).await?;
            receipt::renew(&issuance, &recognizer, claim).await?;
        }
        Command::Menu(command) => {
            menu::run(&command::open(&config, &ambient).await?, &command).await?;
        }
        Command::Restored => setup::restored(&command::open(&config, &ambient).await?).await?,
        Command::Openapi
        | Command::Demo
        | Command::Verify(_)
        | Command::Policy(PolicyCommand::Check(_))
        | Command::Receipt(ReceiptCommand::Explain { .. })
        | Command::Serve => {
            unreachable!("answered above")
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn log<W>(filter: &str, format: LogFormat, writer: W) -> Result<(), ConfigError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = config::log_filter(filter)?;
    // Colours are for people: a file or a pipe gets none.
    let colours = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(colours);
    match format {
        LogFormat::Json => builder.json().flatten_event(true).with_span_list(false).init(),
        LogFormat::Text => builder.init(),
    }
    Ok(())
}
