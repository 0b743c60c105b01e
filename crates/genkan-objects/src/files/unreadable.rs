//! Why a file or folder gave nothing to read, and what to do about it.

use genkan_diagnosis::{Message, Text};

use super::FILE_BYTES_MAX;
use crate::load::Fault;

/// Why a file or folder could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unreadable {
    /// What was there is not there any more.
    Missing,
    /// A symbolic link whose target is not there.
    DanglingLink,
    /// Symbolic links that lead back to themselves.
    LinkLoop,
    /// A pipe, a socket or a device: what comes out of it is no text that stays.
    NoFile,
    /// A folder with the name of a manifest, where folders within folders are not read.
    Folder,
    /// A folder too deep within folders.
    TooDeep {
        /// Folders within folders that are entered.
        depth_max: usize,
    },
    /// A folder with too many manifests.
    TooMany {
        /// Manifests that are read.
        count_max: usize,
    },
    /// More than [`FILE_BYTES_MAX`].
    TooLarge,
    /// The user that runs Genkan has no right to read it.
    Denied,
    /// The process or the system has no file descriptors left.
    NoDescriptors,
    /// Another reason, in the operating system's words.
    System(String),
}

impl Unreadable {
    /// What is wrong, as a clause without a full stop.
    pub fn message(&self) -> Message {
        match self {
            Self::Missing => (&MISSING).into(),
            Self::DanglingLink => (&DANGLING).into(),
            Self::LinkLoop => (&LOOP).into(),
            Self::NoFile => (&NO_FILE).into(),
            Self::Folder => (&FOLDER).into(),
            Self::TooDeep { depth_max } => TOO_DEEP.arg("max", depth_max.to_string()),
            Self::TooMany { count_max } => TOO_MANY.arg("max", count_max.to_string()),
            Self::TooLarge => TOO_LARGE.arg("max", (FILE_BYTES_MAX >> 20).to_string()),
            Self::Denied => (&DENIED).into(),
            Self::NoDescriptors => (&NO_DESCRIPTORS).into(),
            Self::System(reason) => SYSTEM.arg("reason", reason),
        }
    }

    /// What to do about it, as a sentence without a full stop.
    pub fn remedy(&self) -> &'static Text {
        match self {
            Self::Missing => &PUT_IT_BACK,
            Self::DanglingLink | Self::LinkLoop => &MEND_LINK,
            Self::NoFile => &PUT_A_FILE,
            Self::Folder => &READ_FOLDERS,
            Self::TooDeep { .. } => &MOVE_UP,
            Self::TooMany { .. } => &FEWER,
            Self::TooLarge => Fault::TooLarge.remedy(),
            Self::Denied => &PERMIT,
            Self::NoDescriptors => &MORE_DESCRIPTORS,
            Self::System(_) => &MEND_OR_REMOVE,
        }
    }
}

macro_rules! texts {
    ($($name:ident: $en:literal, $ja:literal;)*) => {
        $(static $name: Text = Text { en: $en, ja: $ja };)*
    };
}

texts! {
    MISSING: "no such file or folder", "ファイルまたはフォルダーがありません";
    DANGLING: "a symbolic link that leads nowhere", "リンク先のないシンボリックリンクです";
    LOOP: "a symbolic link that leads back to itself", "自分自身に戻るシンボリックリンクです";
    NO_FILE: "neither a file nor a folder", "ファイルでもフォルダーでもありません";
    FOLDER: "a folder with the name of a manifest", "マニフェストの名前を持つフォルダーです";
    TOO_DEEP: "folders nested deeper than {max} are not read", "{max} 段より深いフォルダーは読みません";
    TOO_MANY: "more than {max} manifests; the rest is not read", "マニフェストが {max} 個を超えており、残りは読みません";
    TOO_LARGE: "the file is larger than {max} MiB", "ファイルが {max} MiB を超えています";
    DENIED: "permission denied", "読み取りの権限がありません";
    NO_DESCRIPTORS: "no file descriptors are left", "ファイル記述子が残っていません";
    SYSTEM: "{reason}", "{reason}";

    PUT_IT_BACK: "put it back, or start genkan without it", "元に戻すか、これを指定せずに genkan を起動してください";
    MEND_LINK: "mend the link, or remove it", "リンクを直すか、削除してください";
    PUT_A_FILE: "put a file in its place, or give it a name that is no manifest's", "ファイルに置き換えるか、マニフェストではない名前にしてください";
    READ_FOLDERS: "read folders within folders with `--recursive`, or rename it", "`--recursive` でフォルダー内のフォルダーも読むか、名前を変えてください";
    MOVE_UP: "move the manifests further up", "マニフェストをもっと上のフォルダーに移してください";
    FEWER: "name a folder with fewer manifests", "マニフェストのより少ないフォルダーを指定してください";
    PERMIT: "let the user that runs genkan read it", "genkan を実行するユーザーに読み取りを許可してください";
    MORE_DESCRIPTORS: "raise the limit of open files (`ulimit -n`)", "開けるファイル数の上限（`ulimit -n`）を上げてください";
    MEND_OR_REMOVE: "make it readable, or remove it", "読み取れるようにするか、削除してください";
}
