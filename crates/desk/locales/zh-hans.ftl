# Words that stand in many places.
act = 下一步
cancel = 取消
remove = 移除
withdraw = 撤回
never = 从未
state = 状态
scheme = 计划
reason = 原因
reference = 参考编号
name = 姓名
mobile = 手机号码
list-comma = 、
line-missing = 请填写“{ $field }”
date-wrong = 请输入正确的日期，例如 2020 年 12 月 31 日
choose-one = 请选择其中一项

# States.
status-scheduled = 尚未开始
status-open = 接受登记
status-paused = 暂停
status-closed = 已截止
state-confirmed = 已确认
state-checking = 须复核
state-replaced = 已由更正取代
state-rejected = 不予接受
state-dispatched = 已交快递
state-delivered = 已送达
state-undelivered = 未能送达
state-withdrawn = 已撤回，资料已删除
reason-mismatch = 号码与出生日期不符
reason-not-resident = 不在人事登记册内
reason-duplicate = 有成员已在另一登记内
reason-limited = 同一人或同一手机的登记过多
reason-displaced = 另一登记已在柜台证实
reason-address = 没有此地址
reason-unreadable = 有加密资料无法读取
address-known = 在地址册内
address-to-check = 不在地址册内，请复核
address-accepted = 已由人员接受
address-refused = 已由人员拒绝

# Signing in.
sign-in-button = 使用通行密钥登录
sign-in-needs = 登录需要启用 JavaScript，并使用存有通行密钥的设备：手机、电脑或安全密钥。
ended-title = 会话已结束
ended-lead = 没有更改任何资料。闲置 15 分钟或登录满十小时后，会话就会结束。
ended-kept = 您输入的内容没有丢失。重新登录后，表单会恢复到您离开时的样子；内容尚未提交。如选择了文件，请重新选择。
ended-typed = 您输入的内容
ended-typed-lead = 内容没有保存。离开本页前，请复制所需内容。
session-ends = 会话于{ $time }结束
session-soon = 您的会话将在两分钟内结束。
session-soon-last = 您的会话将在两分钟内结束：登录已满十小时，不能再延长。请提交已输入的内容。
session-over = 您的会话已结束。您输入的内容仍在本页：请点击表单的按钮并重新登录，内容就会恢复。
session-stay = 保持登录
upload-stopped = 暂时不能接收文件，因为无法检查文件是否带有病毒。没有保存任何内容，并已通知系统管理人员。
upload-infected = 杀毒系统在此文件中发现恶意程序，因此拒绝接收。没有保存任何内容，请告知您的安全主任。

# The launch gate.
record-digest-wrong = SHA-256 摘要应有 64 个十六进制数字

# Running a scheme.
dashboard-received = 登记
dashboard-people = 人数
bulletins-title = 公布
approval-requested = 待第二人审批
approval-approved = 已批准
approval-refused = 已拒绝
approval-used = 已执行
approval-expired = 已失效

# Officers.
officers-post = 职位
officers-post-missing = 请以三种语言填写职位名称，每项最多 100 个字符
officers-name = 任职者姓名
officers-name-wrong = 请输入姓名，最多 100 个字符
officers-mail = 电子邮件地址
officers-mail-wrong = 请输入电子邮件地址
role-scheme-owner = 制订、运作及结束计划
role-case-officer = 协助市民及处理例外情况
role-privacy-officer = 负责声明及私隐评估
role-security-officer = 负责安全评估及审计
role-supervising-officer = 审批导出及提前截止的第二人
role-auditor = 查阅证据，不作任何更改
role-delivery-officer = 与快递公司安排派送
role-administrator = 邀请人员及终止权限
role-head-of-department = 承办商出事时代表部门负责
role-field-officer = 在行动的大厦登记人士及检测结果
role-exercise-controller = 召集多个部门，并主持演习

# 警示。
alerts-title = 警示

# Contractors, leases, incidents.
lease-contractor = 承办商页面
incidents-title = 事故

# The identity provider and its charter.
identity-title = 市民账户
service = 服务

# Incident teams, call-outs, exercises
team-title = 事故应变小组及当值表
calls-title = 召集

# Advisories, and who takes over in a rota.
advisory-list = 安全警告及指引

# Two officers at one form.
changed-meanwhile = 您打开此页后，另一名人员已作更改。您输入的内容仍保留在此。请先查看现有内容；再次提交便会取代。

# What was just done, said once on the page that follows.
done-saved = 已保存。
done-public = 已保存，公开网页即时更新。
done-asked = 您的要求已记录在案，由监督主任决定。
done-decided = 您的决定已记录在案。
done-signed = 您的签署已记录在案。
done-recorded = 文件已记录在案。
done-withdrawn = 文件已撤回。
done-version = 已保存为新版本。这是它的推出审核：下一步请把所需文件记录在案。
done-scheme = 计划已保存。推出审核生效前，一切均不公开：请打开下方的推出审核，把所需文件记录在案。
done-operate = 已完成，即时生效。
done-closed = 计划已结束，不再接受登记。
done-exported = 档案已制作，等待承办商提取。
done-request = 您的决定已记录在案，可在下方打印信件。
done-paper = 表格的销毁已记录在案。
done-posted = 已注明寄出。
done-batch = 信件批次已制作，等待印刷商提取。
done-review = 检视结果已记录在案。
done-roles = 职务已更改。
done-officer-ended = 该人员的权限已终止：所有登录时段、通行密钥及邀请均已失效。
done-passkey-gone = 通行密钥已移除。
done-terminal = 终端机已停用。
done-contractor = 承办商已登记。下一步请记录它与贵部门的合约。
done-keys = 新密钥即时生效。
done-contract-new = 合约已记录。承办商开始工作时，请发出凭证。
done-contract = 合约的更改已记录在案。
done-lease-given = 租约已给予。
done-lease = 租约的更改已记录在案。
done-breach = 违规已记录在案：租约已停止，密钥已销毁，并已开立事故。
done-service-sent = 已送交批准。另一位人员批准前，对市民并无任何改变。
done-service-approved = 已批准，即时生效。
done-service-ended = 服务已终止，再没有人能登录。
done-briefing = 简介会已安排。
done-called-off = 已取消。
done-turn = 可在装置上开始了。
done-lent = 装置所在已记录。
done-device-gone = 装置已停用，不会再开始任何一次服务。
done-shift = 当值已安排。
done-shift-gone = 当值已取消。
done-alert = 已记录您看过此警示。
done-incident = 事故已开立，由您指挥。请记下已知的情况，以及何时得悉。
done-incident-closed = 事故已结束。
done-shared = 资料室已开放。
done-unshared = 资料室已不再开放。
done-advisory = 已发布。
done-advisory-read = 已记录对贵部门的影响。
done-advisory-withdrawn = 该通告已撤回。
done-bulletin = 已发布。
done-person = 已保存。请每季与此人核对资料。
done-checked = 已记录今天核对过资料。
done-person-gone = 已从小组移除，资料亦已删除。
done-leave = 假期已记录。
done-leave-gone = 假期已取消。
done-rota = 当值表已保存，即时生效。
done-called = 召集已开始，回复会在本页显示。
done-code = 回复已记录。
done-stood-down = 已解除召集，不再通知任何人。
done-exercise = 时间已抽定，承诺值已公布。
done-drill = 演习已安排。下一步请为人员编配席位。
done-drill-gone = 演习计划已移除。
done-seats = 席位已保存。
done-guest-gone = 嘉宾的使用权已终止。
done-advisory-corrected = 更正已发布。
done-lesson = 已记录该改善事项已完成。
done-session = 培训课已安排，人员可在培训页看到。
done-place = 您已取得名额。
done-place-back = 您已交还名额。
done-attended = 您的出席已记录。
