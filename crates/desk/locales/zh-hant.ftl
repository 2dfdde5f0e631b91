# Words that stand in many places.
act = 下一步
cancel = 取消
remove = 移除
withdraw = 撤回
never = 從未
state = 狀態
scheme = 計劃
reason = 原因
reference = 檔號
name = 姓名
mobile = 流動電話號碼
list-comma = 、
line-missing = 請填寫「{ $field }」
date-wrong = 請輸入正確的日期，例如 2020 年 12 月 31 日
choose-one = 請選擇其中一項

# States.
status-scheduled = 尚未開始
status-open = 接受登記
status-paused = 暫停
status-closed = 已截止
state-confirmed = 已確認
state-checking = 須覆核
state-replaced = 已由更正取代
state-rejected = 不獲接納
state-dispatched = 已交速遞
state-delivered = 已送達
state-undelivered = 未能送達
state-withdrawn = 已撤回，資料已刪除
reason-mismatch = 號碼與出生日期不符
reason-not-resident = 不在人事登記冊內
reason-duplicate = 有成員已在另一登記內
reason-limited = 同一人或同一電話的登記過多
reason-displaced = 另一登記已在櫃位證實
reason-address = 沒有此地址
reason-unreadable = 有加密資料無法讀取
address-known = 在地址冊內
address-to-check = 不在地址冊內，請覆核
address-accepted = 已由人員接納
address-refused = 已由人員拒絕

# Signing in.
sign-in-button = 以通行密鑰登入
sign-in-needs = 登入須啟用 JavaScript，並使用存有通行密鑰的裝置：電話、電腦或保安密鑰。
ended-title = 工作階段已結束
ended-lead = 沒有任何資料被更改。閒置 15 分鐘或登入滿十小時後，工作階段便會結束。
ended-kept = 你輸入的內容並未遺失。重新登入後，表格會如你離開時一樣重現；內容尚未送出。如有選擇檔案，請再次選擇。
ended-typed = 你輸入的內容
ended-typed-lead = 內容未有儲存。離開本頁前，請複製所需內容。
session-ends = 工作階段於{ $time }結束
session-soon = 你的工作階段將於兩分鐘內結束。
session-soon-last = 你的工作階段將於兩分鐘內結束：已登入滿十小時，不能再延長。請送出已輸入的內容。
session-over = 你的工作階段已結束。你輸入的內容仍在本頁：請按表格的按鈕並重新登入，內容便會重現。
session-stay = 保持登入
upload-stopped = 暫時不能接收檔案，因為未能檢查檔案有否病毒。沒有儲存任何內容，並已通知系統管理人員。
upload-infected = 防毒系統在此檔案發現惡意程式，因此拒絕接收。沒有儲存任何內容，請告知你的保安主任。

# The launch gate.
record-digest-wrong = SHA-256 摘要應有 64 個十六進位數字

# Running a scheme.
dashboard-received = 登記
dashboard-people = 人數
bulletins-title = 公布
approval-requested = 待第二人審批
approval-approved = 已批准
approval-refused = 已拒絕
approval-used = 已執行
approval-expired = 已失效

# Officers.
officers-post = 職位
officers-post-missing = 請以三種語文填寫職位名稱，每項最多 100 個字元
officers-name = 任職者姓名
officers-name-wrong = 請輸入姓名，最多 100 個字元
officers-mail = 電郵地址
officers-mail-wrong = 請輸入電郵地址
role-scheme-owner = 制訂、運作及結束計劃
role-case-officer = 協助市民及處理例外個案
role-privacy-officer = 負責聲明及私隱評估
role-security-officer = 負責保安評估及審計
role-supervising-officer = 審批匯出及提早截止的第二人
role-auditor = 查閱證據，不作任何更改
role-delivery-officer = 與速遞公司安排派送
role-administrator = 邀請人員及終止權限
role-head-of-department = 承辦商出事時代表部門負責
role-field-officer = 在行動的大廈登記人士及檢測結果
role-exercise-controller = 召集多個部門，並主持演習

# 警示。
alerts-title = 警示

# Contractors, leases, incidents.
lease-contractor = 承辦商頁面
incidents-title = 事故

# The identity provider and its charter.
identity-title = 市民帳戶
service = 服務

# Incident teams, call-outs, exercises
team-title = 事故應變小組及當值表
calls-title = 召集

# Advisories, and who takes over in a rota.
advisory-list = 保安警告及指引

# Two officers at one form.
changed-meanwhile = 你開啟此頁後，另一名人員已作更改。你輸入的內容仍保留在此。請先查看現有內容；再次送出便會取代。

# What was just done, said once on the page that follows.
done-saved = 已儲存。
done-public = 已儲存，公開網頁即時更新。
done-asked = 你的要求已記錄在案，由監督主任決定。
done-decided = 你的決定已記錄在案。
done-signed = 你的簽署已記錄在案。
done-recorded = 文件已記錄在案。
done-withdrawn = 文件已撤回。
done-version = 已儲存為新版本。這是它的推出審核：下一步請把所需文件記錄在案。
done-scheme = 計劃已儲存。推出審核生效前，一切均不公開：請打開下方的推出審核，把所需文件記錄在案。
done-operate = 已完成，即時生效。
done-closed = 計劃已結束，不再接受登記。
done-exported = 檔案已製作，等待承辦商提取。
done-request = 你的決定已記錄在案，可在下方列印信件。
done-paper = 表格的銷毀已記錄在案。
done-posted = 已註明寄出。
done-batch = 信件批次已製作，等待印刷商提取。
done-review = 檢視結果已記錄在案。
done-roles = 職務已更改。
done-officer-ended = 該人員的權限已終止：所有登入時段、通行密鑰及邀請均已失效。
done-passkey-gone = 通行密鑰已移除。
done-terminal = 終端機已停用。
done-contractor = 承辦商已登記。下一步請記錄它與貴部門的合約。
done-keys = 新密鑰即時生效。
done-contract-new = 合約已記錄。承辦商開始工作時，請發出憑證。
done-contract = 合約的更改已記錄在案。
done-lease-given = 租約已給予。
done-lease = 租約的更改已記錄在案。
done-breach = 違規已記錄在案：租約已停止，密鑰已銷毀，並已開立事故。
done-service-sent = 已送交批准。另一位人員批准前，對市民並無任何改變。
done-service-approved = 已批准，即時生效。
done-service-ended = 服務已終止，再沒有人能登入。
done-briefing = 簡介會已安排。
done-called-off = 已取消。
done-turn = 可在裝置上開始了。
done-lent = 裝置所在已記錄。
done-device-gone = 裝置已停用，不會再開始任何一次服務。
done-shift = 當值已安排。
done-shift-gone = 當值已取消。
done-alert = 已記錄你看過此警示。
done-incident = 事故已開立，由你指揮。請記下已知的情況，以及何時得悉。
done-incident-closed = 事故已結束。
done-shared = 資料室已開放。
done-unshared = 資料室已不再開放。
done-advisory = 已發布。
done-advisory-read = 已記錄對貴部門的影響。
done-advisory-withdrawn = 該通告已撤回。
done-bulletin = 已發布。
done-person = 已儲存。請每季與此人核對資料。
done-checked = 已記錄今天核對過資料。
done-person-gone = 已從小組移除，資料亦已刪除。
done-leave = 假期已記錄。
done-leave-gone = 假期已取消。
done-rota = 當值表已儲存，即時生效。
done-called = 召集已開始，回覆會在本頁顯示。
done-code = 回覆已記錄。
done-stood-down = 已解除召集，不再通知任何人。
done-exercise = 時間已抽定，承諾值已公布。
done-drill = 演習已安排。下一步請為人員編配席位。
done-drill-gone = 演習計劃已移除。
done-seats = 席位已儲存。
done-guest-gone = 嘉賓的使用權已終止。
done-advisory-corrected = 更正已發布。
done-lesson = 已記錄該改善事項已完成。
done-session = 培訓課已安排，人員可在培訓頁看到。
done-place = 你已取得名額。
done-place-back = 你已交還名額。
done-attended = 你的出席已記錄。
