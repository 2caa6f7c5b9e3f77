//! The image of a sandbox: one that is there, or one made of the server installed on this machine. Nothing is pulled.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use bollard::Docker;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures::StreamExt;
use tokio::process::Command;
use tokio::sync::Mutex;
use tokio_util::io::ReaderStream;
use uuid::Uuid;

use crate::error::SandboxError;
use crate::files::{copy_tree, remove_tree};
use crate::local::Installed;
use crate::request::Request;

/// What the container's start needs besides the server.
const PROGRAMS: [&str; 2] = ["/bin/sh", "/bin/cp"];
const SERVER_DATA: [&str; 3] = ["/usr/share/mysql", "/usr/share/mariadb", "/usr/lib/mysql/plugin"];

/// The name of an image for `request`: the first of its images that is there, else one built here.
pub(crate) async fn image(engine: &Docker, request: &Request) -> Result<String, SandboxError> {
    /// Steps that start together need one image, not one each.
    static BUILDING: Mutex<()> = Mutex::const_new(());
    let _alone = BUILDING.lock().await;
    let names = request.image_names()?;
    for name in &names {
        if engine.inspect_image(name).await.is_ok() {
            return Ok(name.clone());
        }
    }
    let missing = || SandboxError::NoImage { image: names.join(" or ") };
    let name = names.first().ok_or_else(missing)?;
    let wanted = request.wanted()?;
    let installed = Installed::all().into_iter().filter(|installed| installed.version.same_series(wanted));
    let installed = installed.max_by_key(|installed| installed.version).ok_or_else(missing)?;
    build(engine, &installed, &request.disk_dir, name).await?;
    Ok(name.clone())
}

/// Makes the image `name` of the server installed here: its binary, its libraries, its messages and character sets,
/// and an initialised data directory.
async fn build(engine: &Docker, installed: &Installed, disk_dir: &Path, name: &str) -> Result<(), SandboxError> {
    let template = installed.template(&disk_dir.join(".templates"), 0).await?;
    let root = disk_dir.join(".templates").join(format!("image-{}", Uuid::now_v7().simple()));
    fs::create_dir_all(&root).map_err(SandboxError::io("create", &root))?;
    let built = match fill(&root, installed, &template).await {
        Ok(()) => import(engine, &root, name).await,
        failed => failed,
    };
    remove_tree(&root)?;
    built
}

async fn fill(root: &Path, installed: &Installed, template: &Path) -> Result<(), SandboxError> {
    let mut files: Vec<PathBuf> = PROGRAMS.iter().map(PathBuf::from).collect();
    files.push(installed.program.clone());
    let mut libraries = Vec::new();
    for file in &files {
        libraries.extend(libraries_of(file).await?);
    }
    files.extend(libraries);
    for file in &files {
        copy_into(root, file)?;
    }
    for dir in SERVER_DATA.iter().map(Path::new).filter(|dir| dir.is_dir()) {
        let to = root.join(dir.strip_prefix("/").unwrap_or(dir));
        make_parent(&to)?;
        copy_tree(dir, &to, None)?;
    }
    for dir in ["data", "tmp", "run/holdfast"].map(|dir| root.join(dir)) {
        fs::create_dir_all(&dir).map_err(SandboxError::io("create", &dir))?;
        // What the engine mounts over a directory takes its mode: the server's account must write there.
        let open_to_all = fs::Permissions::from_mode(0o1777);
        fs::set_permissions(&dir, open_to_all).map_err(SandboxError::io("open", &dir))?;
    }
    copy_tree(template, &root.join("template"), None)
}

/// The shared libraries of a program, its loader included, as `ldd` finds them.
async fn libraries_of(program: &Path) -> Result<Vec<PathBuf>, SandboxError> {
    let output = Command::new("ldd").arg(program).output().await;
    let output = output.map_err(|source| SandboxError::Spawn { program: "ldd".to_owned(), source })?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from).collect())
}

fn copy_into(root: &Path, file: &Path) -> Result<(), SandboxError> {
    let to = root.join(file.strip_prefix("/").unwrap_or(file));
    make_parent(&to)?;
    fs::copy(file, &to).map(drop).map_err(SandboxError::io("copy", file))
}

fn make_parent(path: &Path) -> Result<(), SandboxError> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent).map_err(SandboxError::io("create", parent))
}

/// Streams the directory to the engine as a tar; whatever account the container runs as may read all of it.
async fn import(engine: &Docker, root: &Path, name: &str) -> Result<(), SandboxError> {
    let unable = |source| SandboxError::Spawn { program: "tar".to_owned(), source };
    let mut command = Command::new("tar");
    command.args(["--create", "--owner=0", "--group=0", "--mode=a+rX", "--directory"]).arg(root).arg(".");
    let mut tar = command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn().map_err(unable)?;
    let output = tar.stdout.take().expect("it was piped");
    let (repository, tag) = name.rsplit_once(':').unwrap_or((name, "latest"));
    let options = CreateImageOptionsBuilder::new().from_src("-").repo(repository).tag(tag).build();
    let body = bollard::body_try_stream(ReaderStream::with_capacity(output, 1 << 18));
    let mut progress = engine.create_image(Some(options), Some(body), None);
    while let Some(line) = progress.next().await {
        line.map_err(SandboxError::docker("import the image"))?;
    }
    let status = tar.wait().await.map_err(unable)?;
    if status.success() {
        return Ok(());
    }
    Err(SandboxError::Ended {
        program: "tar".to_owned(),
        status: status.to_string(),
        log: format!("of {}", root.display()),
    })
}
