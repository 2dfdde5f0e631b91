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
