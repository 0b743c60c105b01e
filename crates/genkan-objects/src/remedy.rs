//! What to do about a document or field that cannot be read, in both languages.

use genkan_diagnosis::{Message, Text};

use crate::load::Fault;
use crate::problem::ProblemKind;

impl Fault {
    /// What to do about it, as a sentence without a full stop.
    pub fn remedy(&self) -> &'static Text {
        match self {
            Self::Yaml(_) => &CHECK_LINES,
            Self::Json { .. } => &CHECK_JSON,
            Self::Tab => &SPACES,
            Self::Indentation => &SAME_INDENTATION,
            Self::ValueInValue => &QUOTE_OR_ALIGN,
            Self::UnclosedQuote => &CLOSE_QUOTE,
            Self::UnclosedBracket => &CLOSE_BRACKET,
            Self::UnknownAlias => &QUOTE_ASTERISK,
            Self::CircularAlias => &WRITE_OUT,
            Self::Template => &RENDER,
            Self::Merge => &GIVE_MAPPING,
            Self::DuplicateKey { .. } => &REMOVE_ONE,
            Self::Key => &TEXT_KEY,
            Self::NotANumber => &QUOTE_IF_TEXT,
            Self::Tag { .. } => &REMOVE_TAG,
            Self::ControlCharacter(_) => &REMOVE_IT,
            Self::NotUtf8 | Self::Utf16 => &SAVE_AS_UTF8,
            Self::TooDeep | Self::TooManyNodes | Self::TooLarge => &SPLIT,
            Self::TooManyAliases => &WRITE_VALUES_OUT,
            Self::NotAMapping { .. } => &BEGIN_WITH_KIND,
            Self::NoKind { .. } => &ADD_OR_KEEP_OUT,
            Self::Object(_) => &CORRECT_FIELD,
        }
    }
}

impl ProblemKind {
    /// What to do about it, as a sentence without a full stop.
    pub fn remedy(&self) -> Message {
        match self {
            Self::UnknownField {
                nearest: Some(nearest),
                ..
            } => RENAME_OR_REMOVE.arg("name", *nearest),
            Self::UnknownField { nearest: None, .. } => (&REMOVE_IT).into(),
            Self::WrongType { expected, .. } => WRITE_TYPE.arg("type", *expected),
            Self::Missing { field } => ADD_FIELD.arg("field", *field),
            Self::MissingPathType => ADD_FIELD.arg("field", "pathType"),
            Self::OldApiVersion { current, .. } => WRITE.arg("value", *current),
            Self::OldBackend { .. } => (&NEW_BACKEND).into(),
            Self::Invalid { .. } => (&KEEP_TO_RULE).into(),
            Self::NotBase64 { .. } => (&ENCODE).into(),
            Self::NotText { .. } => (&QUOTE).into(),
        }
    }
}

macro_rules! texts {
    ($($name:ident: $en:literal, $ja:literal;)*) => {
        $(static $name: Text = Text { en: $en, ja: $ja };)*
    };
}

texts! {
    CHECK_LINES: "check this line and the one above it", "この行とその上の行を確認してください";
    CHECK_JSON: "check commas, quotes and brackets around here", "この付近のカンマ、引用符、括弧を確認してください";
    SPACES: "indent with spaces", "空白で字下げしてください";
    SAME_INDENTATION: "give keys of one mapping the same indentation", "同じマッピングのキーは字下げを揃えてください";
    QUOTE_OR_ALIGN: "put the value in quotes, or align the key with the one above", "値を引用符で囲むか、上のキーと位置を揃えてください";
    CLOSE_QUOTE: "close the quote", "引用符を閉じてください";
    CLOSE_BRACKET: "close it, or add the comma", "括弧を閉じるか、カンマを追加してください";
    QUOTE_ASTERISK: "put the value in quotes, as in \"*.example.com\"", "\"*.example.com\" のように値を引用符で囲んでください";
    WRITE_OUT: "write the value out", "値をそのまま書いてください";
    WRITE_VALUES_OUT: "write the values out", "値をそのまま書いてください";
    RENDER: "run `helm template` first and use what it prints", "先に `helm template` を実行し、その出力を使ってください";
    GIVE_MAPPING: "give it an alias of a mapping, as in `<<: *base`", "`<<: *base` のように、マッピングのエイリアスを指定してください";
    REMOVE_ONE: "remove one of the two", "どちらか 1 つを削除してください";
    TEXT_KEY: "write the key as text", "キーは文字列で書いてください";
    QUOTE_IF_TEXT: "put the value in quotes if text is meant", "文字列のつもりなら引用符で囲んでください";
    REMOVE_TAG: "remove the tag, or correct the value", "タグを削除するか、値を直してください";
    REMOVE_IT: "remove it", "削除してください";
    SAVE_AS_UTF8: "save the file as UTF-8", "ファイルを UTF-8 で保存してください";
    SPLIT: "split it into several files", "複数のファイルに分けてください";
    BEGIN_WITH_KIND: "begin with `apiVersion:` and `kind:`", "`apiVersion:` と `kind:` から始めてください";
    ADD_OR_KEEP_OUT: "add it, or keep the file out of this folder", "追加するか、このファイルをフォルダーから外してください";
    CORRECT_FIELD: "correct the field", "フィールドを直してください";

    RENAME_OR_REMOVE: "write `{name}`, or remove it", "`{name}` と書くか、削除してください";
    WRITE_TYPE: "write {type} here", "ここには {type} を書いてください";
    ADD_FIELD: "add `{field}`", "`{field}` を追加してください";
    WRITE: "write `{value}`", "`{value}` と書いてください";
    NEW_BACKEND: "write it as `service:` with `name` and `port`", "`service:` の下に `name` と `port` を書いてください";
    KEEP_TO_RULE: "write a value that keeps to this rule", "この規則に合う値を書いてください";
    ENCODE: "encode the value, or move it to `stringData`", "値をエンコードするか、`stringData` に移してください";
    QUOTE: "put it in quotes", "引用符で囲んでください";
}
