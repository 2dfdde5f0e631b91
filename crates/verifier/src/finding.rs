use crate::{Language, Signed};

/// What a valid document shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What follows from signatures and hashes alone.
    pub proven: Vec<Finding>,
    /// What a reader might believe and should not.
    pub unproven: Vec<Finding>,
    /// Lines of the document, as they stand in it.
    pub stated: Vec<String>,
}

/// One sentence of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The key's holder promised that the entry is durable and will be merged by the deadline.
    Promised {
        /// Name of the key.
        key: String,
        /// The journal.
        origin: String,
        /// When it was promised.
        at: String,
        /// By when the entry is merged.
        deadline: String,
    },
    /// The entry stands in the journal.
    Included {
        /// The journal.
        origin: String,
        /// Counted from 0.
        index: u64,
        /// How many entries the checkpoint covers.
        size: u64,
    },
    /// The key's holder signed the certificate.
    Certified {
        /// Name of the key.
        key: String,
    },
    /// It was erased before its time, and a roll of the root made that final.
    Final {
        /// Number of the roll.
        roll: u64,
    },
    /// A whole service ended: every key of it is stated to be gone.
    AllKeys,
    /// Nothing recorded before the certificate was changed afterwards.
    Unchanged {
        /// Entries before the certificate.
        from: u64,
        /// Entries that the checkpoint covers.
        to: u64,
    },
    /// The key's holder signed the journal's state.
    Checkpoint {
        /// Name of the key.
        key: String,
        /// The journal.
        origin: String,
        /// How many entries it has.
        size: u64,
    },
    /// The newer journal continues the older one.
    Grown {
        /// Entries of the older one.
        from: u64,
        /// Entries of the newer one.
        to: u64,
    },
    /// The entry's merging is promised only.
    NotYetMerged,
    /// Whether the content is true is another question.
    ContentTrue,
    /// Everyone might be shown another journal.
    SameForAll,
    /// Copies made beforehand are beyond a proof: the root key stood in a file.
    NoCopies,
    /// Copies made beforehand are beyond a proof: the root key stood in a token.
    NoCopiesOfToken,
    /// What was erased before its time, and nothing else.
    NothingElse,
    /// What contractors were given earlier is another matter, told by the closing records of their leases.
    HandedOver,
    /// That every older backup of the data was destroyed, which the loss of the erasure ledger made necessary.
    LedgerLost {
        /// How many lines were lost.
        lines: u64,
        /// When a new ledger was begun.
        at: String,
    },
    /// Whether earlier entries were changed was not checked.
    EarlierEntries,
    /// The key's holder stated how a lease was closed.
    ClosingStated {
        /// Name of the key.
        key: String,
    },
    /// A copy that a contractor hides is beyond any look from outside.
    ContractorCopies,
    /// The commitments are of exactly these sealed values.
    Opened {
        /// How many commitments.
        commitments: usize,
        /// Of how many sealed values.
        values: usize,
    },
    /// What a copy of one's own data lists as held is among what was erased.
    CopyErased {
        /// How many of its sealed values are.
        values: usize,
    },
    /// Some of what the copy lists was not erased with this.
    CopyLeft {
        /// How many of its sealed values are not.
        values: usize,
    },
    /// Of which values the commitments are, only their opening shows.
    NotOpened,
    /// What the sealed values said cannot be shown any more.
    SealedOnly,
    /// Lines of a list of openings stand in the journal as they say.
    Listed {
        /// How many.
        lines: usize,
        /// The journal.
        origin: String,
    },
    /// Lines that have no proof yet.
    ListedWithout {
        /// How many.
        lines: usize,
    },
    /// The keys of evidence of an identity were destroyed, says the holder of the key.
    EvidenceStated {
        /// Whose.
        key: String,
    },
    /// What nobody can prove about evidence that was looked at.
    EvidenceCopies,
    /// An officer has completed a course, says the holder of the key.
    TrainingStated {
        /// Whose.
        key: String,
    },
    /// A certificate of training names a post, not a person.
    TrainingHolder,
    /// What is not signed in a copy: data and words.
    CopyWords,
    /// Whether a list leaves something out.
    CopyWhole,
    /// About a signature on a document.
    Signed(Signed),
}

impl Finding {
    /// One plain sentence.
    pub fn text(&self, language: Language) -> String {
        match self {
            Self::Promised { key, origin, at, deadline } => language.pick([
                format!("On {at} the holder of the key {key} promised that this entry is stored and will be in the journal {origin} by {deadline}."),
                format!("密鑰 {key} 的持有人於 {at} 承諾：本記項已妥為儲存，並會於 {deadline} 前載入日誌 {origin}。"),
                format!("密钥 {key} 的持有人于 {at} 承诺：本记项已妥为储存，并会于 {deadline} 前载入日志 {origin}。"),
            ]),
            Self::Included { origin, index, size } => language.pick([
                format!("The entry stands in the journal {origin}: entry {index} (counted from 0) of the {size} that a signed checkpoint covers."),
                format!("本記項載於日誌 {origin}：在已簽署檢查點所涵蓋的 {size} 項之中，編號為 {index}（由 0 起計）。"),
                format!("本记项载于日志 {origin}：在已签署检查点所涵盖的 {size} 项之中，编号为 {index}（由 0 起计）。"),
            ]),
            Self::Certified { key } => language.pick([
                format!("The holder of the key {key} stated this erasure and cannot take the statement back."),
                format!("密鑰 {key} 的持有人作出了本刪除聲明，並且不能收回。"),
                format!("密钥 {key} 的持有人作出了本删除声明，并且不能收回。"),
            ]),
            Self::ClosingStated { key } => language.pick([
                format!("The holder of the key {key} stated what was done before this lease was closed and cannot take the statement back."),
                format!("密鑰 {key} 的持有人就結束本租約前所採取的步驟作出了聲明，並且不能收回。"),
                format!("密钥 {key} 的持有人就结束本租约前所采取的步骤作出了声明，并且不能收回。"),
            ]),
            Self::Final { roll } => language.pick([
                format!("It was erased before its time: the statement says that with roll {roll} of the root key every old copy of the keys became worthless for it, and with it every old copy of the data."),
                format!("資料在期滿前刪除：聲明指由根密鑰第 {roll} 次更換起，任何舊的密鑰副本對該等資料均告失效，舊的資料副本亦然。"),
                format!("资料在期满前删除：声明指由根密钥第 {roll} 次更换起，任何旧的密钥副本对该等资料均告失效，旧的资料副本亦然。"),
            ]),
            Self::Unchanged { from, to } => language.pick([
                format!("The {from} entries made before the certificate were not changed up to entry {to}."),
                format!("證明書發出前的 {from} 項記錄，直至第 {to} 項仍未被更改。"),
                format!("证明书发出前的 {from} 项记录，直至第 {to} 项仍未被更改。"),
            ]),
            Self::Checkpoint { key, origin, size } => language.pick([
                format!("The holder of the key {key} signed this state of the journal {origin}, with {size} entries."),
                format!("密鑰 {key} 的持有人簽署了日誌 {origin} 的這個狀態，共 {size} 項記錄。"),
                format!("密钥 {key} 的持有人签署了日志 {origin} 的这个状态，共 {size} 项记录。"),
            ]),
            Self::Grown { from, to } => language.pick([
                format!("The journal grew from {from} to {to} entries; none of the first {from} was changed or removed."),
                format!("日誌由 {from} 項增至 {to} 項；最初的 {from} 項全部未被更改或移除。"),
                format!("日志由 {from} 项增至 {to} 项；最初的 {from} 项全部未被更改或移除。"),
            ]),
            Self::LedgerLost { lines, at } => language.pick([
                format!("That a backup of the data from before {at} brings nothing back: the ledger of what had been erased was lost then, with {lines} lines, and the operator declared that all older backups were destroyed."),
                format!("{at} 以前的資料備份不會令已刪除的資料重現：刪除記錄冊當時遺失，共 {lines} 行，營運者聲明已銷毀所有較舊的備份。"),
                format!("{at} 以前的数据备份不会令已删除的资料重现：删除记录册当时遗失，共 {lines} 行，营运者声明已销毁所有较旧的备份。"),
            ]),
            Self::Signed(signed) => signed.text(language),
            _ => self.of_own_data(language).or_else(|| self.of_evidence(language)).unwrap_or_else(|| language.pick(self.caution()).to_owned()),
        }
    }

    /// The sentences about what one was given oneself: a copy of one's data, the opening of a certificate.
    fn of_own_data(&self, language: Language) -> Option<String> {
        let words = match self {
            Self::Opened { commitments, values } => [
                format!("The certificate is about exactly the sealed values that your opening names: its {commitments} salted commitments are of these {values} values and of no others."),
                format!("證明書所指的正是你的開啟檔案所列的已加密資料值：其 {commitments} 個加鹽承諾值只涵蓋這 {values} 個資料值，不涉其他。"),
                format!("证明书所指的正是你的开启文件所列的已加密资料值：其 {commitments} 个加盐承诺值只涵盖这 {values} 个资料值，不涉其他。"),
            ],
            Self::CopyErased { values } => [
                format!("Of what the copy of your data listed as held, {values} sealed values are among those that were erased."),
                format!("你的資料複本所列持有的資料之中，有 {values} 個已加密資料值屬已刪除之列。"),
                format!("你的资料复本所列持有的资料之中，有 {values} 个已加密资料值属已删除之列。"),
            ],
            Self::CopyLeft { values } => [
                format!("That everything in the copy of your data was erased with this: {values} of its sealed values are not among them. They were erased or corrected at another time, or are still held."),
                format!("你的資料複本所列的全部資料均在此刪除：其中 {values} 個已加密資料值不在此列，可能在其他時間刪除或更正，或仍然持有。"),
                format!("你的资料复本所列的全部资料均在此删除：其中 {values} 个已加密资料值不在此列，可能在其他时间删除或更正，或仍然持有。"),
            ],
            Self::Listed { lines, origin } => [
                format!("{lines} openings in the list stand in the journal {origin} just so: when, for which purpose, of how many records. The journal's own words stand below."),
                format!("清單內有 {lines} 項查閱如實載於日誌 {origin}：時間、目的及記錄數目均相符。日誌原文見下。"),
                format!("清单内有 {lines} 项查阅如实载于日志 {origin}：时间、目的及记录数目均相符。日志原文见下。"),
            ],
            Self::ListedWithout { lines } => [
                format!("That {lines} openings in the list stand in the journal: they were too new to have their proof. Ask for the copy again in a minute."),
                format!("清單內有 {lines} 項查閱載於日誌：這些記項太新，尚未有證明。請於一分鐘後再索取複本。"),
                format!("清单内有 {lines} 项查阅载于日志：这些记项太新，尚未有证明。请于一分钟后再索取复本。"),
            ],
            _ => return self.caution_of_own_data().map(|words| language.pick(words).to_owned()),
        };
        Some(language.pick(words))
    }

    fn caution_of_own_data(&self) -> Option<[&'static str; 3]> {
        Some(match self {
            Self::NotOpened => [
                "Of whose data the certificate speaks: the file that was given with it (--opening) shows of which sealed values its commitments are.",
                "證明書所指的是誰的資料：連同證明書提供的檔案（--opening）可顯示其承諾值涵蓋哪些已加密資料值。",
                "证明书所指的是谁的资料：连同证明书提供的文件（--opening）可显示其承诺值涵盖哪些已加密资料值。",
            ],
            Self::SealedOnly => [
                "What the sealed values said: their keys are gone, so that nobody can show it any more.",
                "該等已加密資料值的內容：密鑰已銷毀，任何人都無法再顯示其內容。",
                "该等已加密资料值的内容：密钥已销毁，任何人都无法再显示其内容。",
            ],
            Self::CopyWords => [
                "That the data and the words in the copy are true (what is held, who opened it and why): the journal holds only the lines below.",
                "複本內的資料及文字屬實（持有甚麼、由誰查閱及原因）：日誌只載有下列各行。",
                "复本内的资料及文字属实（持有什么、由谁查阅及原因）：日志只载有下列各行。",
            ],
            Self::CopyWhole => [
                "That the list is complete, or that its openings were of your record: the copy holds no proof of either.",
                "清單並無遺漏，或所列查閱確屬你的記錄：複本沒有附上這兩項證明。",
                "清单并无遗漏，或所列查阅确属你的记录：复本没有附上这两项证明。",
            ],
            _ => return None,
        })
    }

    /// The sentences about evidence of an identity, and about training.
    fn of_evidence(&self, language: Language) -> Option<String> {
        let words = match self {
            Self::EvidenceStated { key } => [
                format!("The holder of the key {key} stated that the key of this evidence was destroyed, and cannot take the statement back. Without that key the ciphertext, wherever it lies, cannot be read."),
                format!("密鑰 {key} 的持有人聲明本證據的密鑰已經銷毀，並且不能收回聲明。沒有該密鑰，密文無論存於何處均無法閱讀。"),
                format!("密钥 {key} 的持有人声明本证据的密钥已经销毁，并且不能收回声明。没有该密钥，密文无论存于何处均无法阅读。"),
            ],
            Self::TrainingStated { key } => [
                format!("The holder of the key {key} stated that the officer in this post has completed this course, and cannot take the statement back."),
                format!("密鑰 {key} 的持有人聲明擔任此職位的人員已完成本課程，並且不能收回聲明。"),
                format!("密钥 {key} 的持有人声明担任此职位的人员已完成本课程，并且不能收回声明。"),
            ],
            Self::TrainingHolder => [
                "Who the officer is: the certificate names a post and its number, and only the department knows who fills it.".to_owned(),
                "該人員是誰：證明書只列職位及其編號，只有部門知道由誰擔任。".to_owned(),
                "该人员是谁：证明书只列职位及其编号，只有部门知道由谁担任。".to_owned(),
            ],
            Self::EvidenceCopies => [
                "That nobody photographed the screen while the evidence could be seen, and that the program named here is the one that ran.".to_owned(),
                "在證據可見期間沒有人翻拍畫面，以及當時運行的確是這裏所列的程式。".to_owned(),
                "在证据可见期间没有人翻拍画面，以及当时运行的确是这里所列的程序。".to_owned(),
            ],
            _ => return None,
        };
        Some(language.pick(words))
    }

    fn caution(&self) -> [&'static str; 3] {
        match self {
            Self::NotYetMerged => [
                "That the entry is in the journal already: this is a promise. Fetch the receipt again after the deadline.",
                "記項已載入日誌：目前只是承諾，請於期限後重新索取收據。",
                "记项已载入日志：目前只是承诺，请于期限后重新索取收据。",
            ],
            Self::ContentTrue => [
                "That what was entered is true, or that anyone was matched or accepted.",
                "所填內容屬實，或任何人已獲核對或接納。",
                "所填内容属实，或任何人已获核对或接纳。",
            ],
            Self::SameForAll => [
                "That everyone is shown the same journal: compare the checkpoint with one that somebody else kept.",
                "所有人看到的是同一份日誌：請與其他人保存的檢查點比較。",
                "所有人看到的是同一份日志：请与其他人保存的检查点比较。",
            ],
            Self::NoCopies => [
                "That no copy of a key or of the data was made beforehand: this rests on the custodians the certificate names. The root key stood in a file and was overwritten; whoever had copied that file before could still open old backups.",
                "事前沒有複製密鑰或資料：這有賴證明書所列保管人的誠信。根密鑰原存於檔案並已被覆寫；事前複製了該檔案的人仍可開啟舊備份。",
                "事前没有复制密钥或资料：这有赖证明书所列保管人的诚信。根密钥原存于文件并已被覆写；事前复制了该文件的人仍可开启旧备份。",
            ],
            Self::NoCopiesOfToken => [
                "That no copy of a key or of the data was made beforehand: this rests on the custodians the certificate names. The root key stood in a token that does not give it out and was destroyed there, so a copy would have had to be made by the token itself.",
                "事前沒有複製密鑰或資料：這有賴證明書所列保管人的誠信。根密鑰原存於不會輸出密鑰的裝置並已在內銷毀，故副本只可能由該裝置本身製作。",
                "事前没有复制密钥或资料：这有赖证明书所列保管人的诚信。根密钥原存于不会输出密钥的装置并已在内销毁，故副本只可能由该装置本身制作。",
            ],
            Self::ContractorCopies => [
                "That the contractor kept no copy: one that is offline or behind a password cannot be seen from outside.",
                "承辦商沒有保留副本：離線或受密碼保護的副本無法從外部得知。",
                "承办商没有保留副本：离线或受密码保护的副本无法从外部得知。",
            ],
            Self::AllKeys => [
                "The whole service ended: the statement says that every key of it died, those of the last days with its root key, so that no copy of its data can be read with any key that is left.",
                "整項服務已經結束：聲明指其所有密鑰均已失效，最後數日的密鑰隨根密鑰一同銷毀，任何留存的密鑰都不能再讀取其資料的任何副本。",
                "整项服务已经结束：声明指其所有密钥均已失效，最后数日的密钥随根密钥一同销毁，任何留存的密钥都不能再读取其资料的任何副本。",
            ],
            Self::HandedOver => [
                "That no contractor keeps a copy of what it was given before: the closing record of each lease says what was done about that, and a hidden copy that is offline cannot be excluded.",
                "承辦商沒有保留先前獲提供資料的副本：各租約的結束記錄會說明就此採取的步驟，但離線的隱藏副本無法排除。",
                "承办商没有保留先前获提供资料的副本：各租约的结束记录会说明就此采取的步骤，但离线的隐藏副本无法排除。",
            ],
            Self::NothingElse => [
                "That anything else was erased: the rest of the service goes on until its own end.",
                "其他資料亦已刪除：該服務的其餘資料會保留至各自的期限。",
                "其他资料亦已删除：该服务的其余资料会保留至各自的期限。",
            ],
            _ => [
                "That no earlier entry of the journal was changed: the document holds no proof of it.",
                "日誌較早的記項未被更改：文件沒有附上這項證明。",
                "日志较早的记项未被更改：文件没有附上这项证明。",
            ],
        }
    }
}

impl Report {
    /// The report in plain words.
    pub fn text(&self, language: Language) -> String {
        let titles = [
            ["Proven:", "已證明：", "已证明："],
            ["Not proven:", "未能證明：", "未能证明："],
            ["It states:", "文件聲明：", "文件声明："],
        ];
        let sentences = |findings: &[Finding]| findings.iter().map(|finding| finding.text(language)).collect();
        let parts: [Vec<String>; 3] = [sentences(&self.proven), sentences(&self.unproven), self.stated.clone()];
        let mut out = language.pick(["VALID", "有效", "有效"]).to_owned();
        for (title, lines) in titles.into_iter().zip(parts).filter(|(_, lines)| !lines.is_empty()) {
            out.push_str("\n\n");
            out.push_str(language.pick(title));
            for line in lines {
                out.push_str("\n  - ");
                out.push_str(&line);
            }
        }
        out
    }
}
